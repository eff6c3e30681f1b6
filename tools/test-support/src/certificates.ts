// Certificates for TLS: an authority of a test, and what it signs.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A certificate with its key, in PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Its files; they are there as long as the authority. */
export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** An authority; disposing it removes its files. */
export class Authority implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "anyserial-ca-"));

  #signed = 0;

  constructor() {
    const files = ["-keyout", "ca-key.pem", "-out", "ca.pem", "-days", "2"];
    this.#openssl("req", "-x509", ...EC_KEY, ...files, "-subj", "/CN=authority of a test");
  }

  /** Its own certificate. */
  get cert(): string {
    return this.#read("ca.pem");
  }

  /** File with its own certificate. */
  get certFile(): string {
    return join(this.#folder, "ca.pem");
  }

  /**
   * Signs a certificate.
   *
   * @param name In the certificate, as openssl writes it: `IP:127.0.0.1`, `DNS:lab.example`.
   * @param days Time until it expires; it has expired if that is negative.
   */
  sign(name: string, days: number = 2): Certificate & CertificateFiles {
    const [key, cert] = [`${++this.#signed}-key.pem`, `${this.#signed}.pem`];
    this.#openssl("req", ...EC_KEY, "-keyout", key, "-out", "request", "-subj", "/CN=a");
    writeFileSync(join(this.#folder, "names"), `subjectAltName=${name}`);
    const by = ["-CA", "ca.pem", "-CAkey", "ca-key.pem", "-CAcreateserial", "-extfile", "names"];
    const files = ["-in", "request", "-out", cert, "-days", String(days)];
    this.#openssl("x509", "-req", ...by, ...files);
    return {
      cert: this.#read(cert),
      key: this.#read(key),
      certFile: join(this.#folder, cert),
      keyFile: join(this.#folder, key),
    };
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }

  #openssl(...args: readonly string[]): void {
    execFileSync("openssl", args, { cwd: this.#folder, stdio: "ignore" });
  }

  #read(name: string): string {
    return readFileSync(join(this.#folder, name), "utf8");
  }
}

const EC_KEY: readonly string[] = [
  "-newkey",
  "ec",
  "-pkeyopt",
  "ec_paramgen_curve:prime256v1",
  "-nodes",
];
