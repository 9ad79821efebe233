/** Database advice: what a policy must say for guards that look credentials up. */
export const DATABASE_ADVICE = "database: { sqlite: ./.sallyport/sallyport.db, pepper: env:SALLYPORT_PEPPER }";
