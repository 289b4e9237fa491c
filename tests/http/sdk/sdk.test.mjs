import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { key, secret } from '../api.mjs';
import { snippet } from '../snippet.mjs';
import './authentication.mjs';
import './phone.mjs';
import './pin.mjs';
import './consent.mjs';
import './session.mjs';
import './objects.mjs';
import './passwordless.mjs';
import { sheet, standing } from './driver.mjs';
import { password, person } from './people.mjs';

test('the SDK as README.md shows it', async () => {
    const { email } = await person({ FirstName: 'Ada' });
    const text = snippet('README.md', 'sdk').replace('auth.example.com',
        'localhost');
    assert.match(text, /'localhost'/);
    const run = new Function('require', 'API_KEY', 'API_SECRET', 'email',
        'password', `return (async () => { ${text}; return profile; })()`);
    const profile = await run(createRequire(import.meta.url), key, secret,
        email, password);
    assert.equal(profile.FirstName, 'Ada');
});

// What needs a company's service, whoever serves it.
const vendors = [
    /^nativeSocialApi\..*(Facebook|Twitter|Google|Linkedin|Foursquare)/,
    /^nativeSocialApi\..*(Apple|WeChat)/
];

test('every method of the SDK that is served is called, with a success and ' +
    'an error judged, and docs/sdk-compatibility.md says so', async () => {
    const { rows, faults } = await standing(vendors);
    assert.deepEqual(faults, []);
    const fresh = sheet(rows);
    if (process.env.DOORWARD_SHEET)
        writeFileSync(process.env.DOORWARD_SHEET, fresh);
    assert.equal(readFileSync(new URL(
        '../../../docs/sdk-compatibility.md', import.meta.url), 'utf8'),
    fresh, 'stale: ./dev docs makes it anew');
});
