import { createReadStream } from "node:fs"
import { pipeline } from "node:stream/promises"
import { escapeIdentifier, type Pool, type PoolClient } from "pg"
import { from as copyFrom } from "pg-copy-streams"
import { timed } from "../harness/measure.ts"
import { columns } from "./download.ts"

const names = columns.map(escapeIdentifier).join(", ")

const create = `
  create table bench_floor_csv (${columns.map((name) => `${escapeIdentifier(name)} text`).join(", ")});
  create table bench_floor (
    pricebook_entry_id text primary key,
    product_id text not null references sf_product_shadow on delete cascade,
    pricebook_id text not null,
    unit_price numeric(12, 2) not null,
    currency_iso_code text not null,
    is_active boolean not null,
    updated_at timestamptz not null,
    raw_payload jsonb not null
  ) with (fillfactor = 90);
  create index on bench_floor (product_id)`

const insert = `
  insert into bench_floor
  select "Id", "Product2Id", "Pricebook2Id", "UnitPrice"::numeric, "CurrencyIsoCode", "IsActive"::boolean,
    "SystemModstamp"::timestamptz,
    jsonb_build_object('Id', "Id", 'CreatedById', "CreatedById", 'CreatedDate', "CreatedDate",
      'CurrencyIsoCode', "CurrencyIsoCode", 'IsActive', "IsActive"::boolean, 'IsArchived', "IsArchived"::boolean,
      'IsDeleted', "IsDeleted"::boolean, 'LastModifiedById', "LastModifiedById",
      'LastModifiedDate', "LastModifiedDate", 'Name', "Name", 'Pricebook2Id', "Pricebook2Id",
      'Product2Id', "Product2Id", 'ProductCode', "ProductCode", 'SystemModstamp', "SystemModstamp",
      'UnitPrice', trim_scale("UnitPrice"::numeric), 'UseStandardPrice', "UseStandardPrice"::boolean)
  from bench_floor_csv`

/** Loads the pages as a hand would that trusts its input: COPY, then one INSERT. In seconds each. */
export async function loadFloor(pool: Pool, files: readonly string[]) {
  const client = await pool.connect()
  try {
    await client.query(create)
    const copy = await timed(() => copyFiles(client, files))
    const inserted = await timed(() => client.query(insert))
    return { copySeconds: copy.seconds, insertSeconds: inserted.seconds }
  } finally {
    client.release()
  }
}

async function copyFiles(client: PoolClient, files: readonly string[]): Promise<void> {
  for (const file of files) {
    const options = `format csv, header, force_null (${names})`
    const copy = client.query(copyFrom(`copy bench_floor_csv (${names}) from stdin with (${options})`))
    await pipeline(createReadStream(file, { highWaterMark: 256 * 1024 }), copy)
  }
}
