import type { Pool } from "pg"

const partitions = 16

/** Puts a table of the same name, columns and constraints, hash-partitioned by its key, in the place of the empty one. */
export async function partitionAccounts(pool: Pool): Promise<void> {
  await pool.query(`
    alter table public.sf_account_eligibility_shadow rename to bench_plain;
    create table public.sf_account_eligibility_shadow
      (like public.bench_plain including defaults including constraints including comments, primary key (account_id))
      partition by hash (account_id);
    drop table public.bench_plain`)
  for (let n = 0; n < partitions; n++) {
    await pool.query(`
      create table public.sf_account_eligibility_shadow_${n} partition of public.sf_account_eligibility_shadow
        for values with (modulus ${partitions}, remainder ${n}) with (fillfactor = 90)`)
  }
}
