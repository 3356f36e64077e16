/** Texts that break careless CSV, SQL and shell handling; all of them are legal in Salesforce. */
export const hostileTexts: readonly string[] = [
  'He said "5G", twice: ""',
  "O'Brien; drop table product2;--",
  "first line\nsecond line",
  "Windows\r\nline breaks\r\n",
  "#N/A",
  "null",
  "NULL",
  "\\N",
  "\\.",
  "a,b,,c",
  "tab\there",
  "  leading and trailing  ",
  "emoji 🛰️👩‍👩‍👧 and 日本語",
  "ünïcödé ñ é",
  "=1+1",
  "100% \\ back\\slash \\n \\",
  '"',
  "'",
  ",",
  "{curly} [square] <b>tag</b> &amp;",
  "\u00a0no-break space\u00a0",
  "\u2028line separator",
  "-0",
  "1e5",
  "true",
]

/** Texts that Postgres cannot hold; of a text that was cut by units of UTF-16 half of a character is left. */
export const unstorableTexts: readonly string[] = ["before\0after", "cut \ud83d", "\udc80 is left", "\0"]
