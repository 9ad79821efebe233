/** Issuer name: how an issuer is called in a policy, exactly as in its tokens. */
import { checked, type Shape, text } from "../../../../guard.ts";

// The first "#" ends the issuer in a principal's id: it must not occur earlier.
export const issuerName: Shape<string> = checked(text("The issuer, exactly as it stands in its tokens.", { example: "https://id.example" }), (value) => (value.includes("#") ? { wrong: "an issuer has no fragment" } : { value }));
