import assert from "node:assert/strict"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { test } from "node:test"
import { Ajv } from "ajv"
import fc from "fast-check"
import { parsePositioned } from "../../src/mapping/file/positioned_json.ts"
import { readMappingFile } from "../../src/mapping/file/read.ts"

const refused: [what: string, text: string, message: string][] = [
  [
    "an empty file",
    "",
    "is not JSON, and nothing was changed:\n  line 1, column 1: the text ends where a value is expected",
  ],
  [
    "a comma too many",
    '{\n  "version": 1,\n}',
    "is not JSON, and nothing was changed:\n  line 3, column 1: } stands where a key in double quotes is expected",
  ],
  [
    "a comma that is missing",
    '{\n  "version": 1\n  "objects": {}\n}',
    'is not JSON, and nothing was changed:\n  line 3, column 3: "objects" stands where a comma or } is expected',
  ],
  [
    "what is cut off",
    '{\n  "version": 1, "objects": {\n',
    "is not JSON, and nothing was changed:\n  line 3, column 1: the text ends where a key in double quotes is expected",
  ],
  [
    "a comment",
    '{ // mine\n  "version": 1\n}',
    "is not JSON, and nothing was changed:\n  line 1, column 3: // is no JSON",
  ],
  [
    "a text that goes on in the next line",
    '{"version": "1\n"}',
    "is not JSON, and nothing was changed:\n  line 1, column 13: this text has no end on its line",
  ],
  [
    "a list",
    "[]",
    "cannot be applied, and nothing was changed:\n  line 1: an object, in braces, is expected",
  ],
  [
    "another version",
    '{\n  "version": 2, "objects": {}}',
    "cannot be applied, and nothing was changed:\n  line 2: version: this program reads version 1, and the file says 2",
  ],
  [
    "no version",
    '{"objects": {}}',
    "cannot be applied, and nothing was changed:\n  line 1: version: this program reads version 1, and the file does not say its version",
  ],
  [
    "an object twice, as it is written and in other letters",
    '{"version": 1, "objects": {\n"Contact": {},\n"Contact": {},\n"contact": {}\n}}',
    "cannot be applied, and nothing was changed:\n  line 3: objects.Contact is there a second time\n  line 4: contact is the object Contact a second time",
  ],
  [
    "a second mapping to one table, and to one column",
    '{"version": 1, "objects": {\n"Contact": {"table": "sf_a",\n"fields": {"FirstName": "name",\n"LastName": "name",\n"lastname": true}},\n"Lead": {\n"table": "sf_a"}}}',
    `cannot be applied, and nothing was changed:
  line 4: Contact.LastName: name is the column of FirstName already
  line 5: Contact.lastname is the field LastName a second time
  line 7: Lead.table: sf_a is that of Contact already`,
  ],
  [
    "unknown keys and wrong values, all of them at once",
    '{"version": 1,\n"objcts": {},\n"objects": {"Contact": {\n"feilds": {},\n"colour": "red",\n"keep": "some",\n"table": 1,"poll": "2d","history": "yes",\n"fields": {"Title": false,\n"Phone": {}}}}}',
    `cannot be applied, and nothing was changed:
  line 2: objcts: there is no such key. Is it objects?
  line 4: objects.Contact.feilds: there is no such key. Is it fields?
  line 5: objects.Contact.colour: there is no such key. The keys here are table, keep, parent, poll, where, history, fields, indexes, compatible_schema
  line 6: objects.Contact.keep: mapped or all is expected
  line 7: objects.Contact.table: a text is expected
  line 7: objects.Contact.poll: a time from 1m to 1d is expected, such as 5m or 2h
  line 7: objects.Contact.history: true or false is expected
  line 8: objects.Contact.fields.Title: the name of a column is expected, or true
  line 9: objects.Contact.fields.Phone: the name of a column is expected, or true`,
  ],
  [
    "no fields",
    '{"version": 1, "objects": {"Contact": {\n"fields": {}}}}',
    "cannot be applied, and nothing was changed:\n  line 2: Contact.fields: name a field, or leave the key out, for all that can be columns",
  ],
]

for (const [what, text, message] of refused) {
  test(`a mapping file with ${what} is refused`, () => {
    assert.throws(() => readMappingFile("mapping.json", text), { message: `mapping.json ${message}` })
  })
}

test("what a mapping file may say is what its schema lets an editor write", async () => {
  const schema = JSON.parse(
    await readFile(join(import.meta.dirname, "../../docs/mapping.schema.json"), "utf8"),
  )
  const text = `\uFEFF{
  "$schema": "./mapping.schema.json",
  "version": 1,
  "objects": {"Contact": {"table": "sf_people", "keep": "all", "parent": "AccountId",
    "fields": {"FirstName": "first_name", "Title": true}}, "Lead": {}}
}`
  const read = readMappingFile("mapping.json", text)
  assert.deepEqual(Object.keys(read.objects), ["Contact", "Lead"])
  assert.deepEqual([read.lineOf("Contact", "fields", "Title"), read.lineOf("Lead", "fields")], [5, 5])
  const isRight = new Ajv().compile(schema)
  assert.ok(isRight(JSON.parse(text.slice(1))), JSON.stringify(isRight.errors))
  assert.ok(!isRight({ version: 1, objects: { Contact: { feilds: {} } } }))
})

test("any JSON is parsed as JSON.parse does it, and any other text is refused as it is there", () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(), fc.string({ maxLength: 2 }), (json, at, put) => {
      assert.deepEqual(parsePositioned(json).value, JSON.parse(json))
      const place = at % (json.length + 1)
      const changed = json.slice(0, place) + put + json.slice(place + 1)
      let wanted: unknown
      try {
        wanted = JSON.parse(changed)
      } catch {
        assert.throws(() => parsePositioned(changed), { name: "JsonSyntaxError" })
        return
      }
      assert.deepEqual(parsePositioned(changed).value, wanted)
    }),
    { numRuns: 2000 },
  )
})
