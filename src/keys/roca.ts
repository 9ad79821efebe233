/**
 * ROCA: knows RSA keys made by a broken generator by their modulus (CVE-2017-15361).
 *
 * Its primes were built from powers of 65537, so that the modulus, divided by each small prime, leaves a power of
 * 65537 as the rest. An honest modulus passes all of these tests with a probability of about 2^-28.
 * See Nemec et al., "The Return of Coppersmith's Attack", section 2.
 */
const GENERATOR = 65_537;
/** Primes up to here are factors of the generator's constant for keys of 2,048 bits; smaller keys use fewer. */
const PRIME_MAX = 167;

const powers: ReadonlyMap<number, ReadonlySet<number>> = new Map(smallPrimes().map((prime) => [prime, powersModulo(prime)]));

export function isRocaModulus(modulus: bigint): boolean {
  for (const [prime, rests] of powers) if (!rests.has(Number(modulus % BigInt(prime)))) return false;
  return true;
}

function smallPrimes(): readonly number[] {
  const primes: number[] = [];
  for (let one = 3; one <= PRIME_MAX; one += 2) if (primes.every((prime) => one % prime !== 0)) primes.push(one);
  return primes;
}

function powersModulo(prime: number): ReadonlySet<number> {
  const rests = new Set<number>();
  for (let rest = 1; !rests.has(rest); rest = (rest * GENERATOR) % prime) rests.add(rest);
  return rests;
}
