import { generate } from 'selfsigned';

/** A key and a certificate for localhost that only this process has ever seen. */
export const certificate = await generate([{ name: 'commonName', value: 'localhost' }], {
  keyType: 'ec',
  extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
});
