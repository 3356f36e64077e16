import { generate } from "selfsigned"

/** A key and a certificate that is its own authority, both PEM. */
export interface Certificate {
  key: string
  cert: string
}

/**
 * Makes a certificate for 127.0.0.1, localhost and `hostName`, good for a year. Clients trust it as an extra CA.
 */
export async function selfSignedCertificate(hostName = "localhost"): Promise<Certificate> {
  const { private: key, cert } = await generate([{ name: "commonName", value: "sf-shadow simulator" }], {
    keySize: 2048,
    algorithm: "sha256",
    notBeforeDate: new Date(Date.now() - 86_400_000),
    notAfterDate: new Date(Date.now() + 365 * 86_400_000),
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, digitalSignature: true, keyEncipherment: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 7, ip: "127.0.0.1" },
          ...[...new Set(["localhost", hostName])].map((value) => ({ type: 2 as const, value })),
        ],
      },
    ],
  })
  return { key, cert }
}
