// People of these tests, who come by the SDK as everybody else.
import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { solveChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import { address, call, granted, mails, nowhere, password, phone, smsCode }
    from '../api.mjs';
import { configure } from '../consent/site.mjs';
import { sdk, settings, works } from './driver.mjs';
import { posted, session } from './shapes.mjs';

export { address, configure, nowhere, password, phone };
export const second = 'violet-harbour-88', third = 'amber-lantern-93';
export const answers = { school: 'Hill House' };
export const sott = () => sdk.helper.getSott({});
const name = () => address().split('@')[0];

// The secret of a mail that nobody asked for yet: of its link, or its code.
const asked = new Set();
async function mailed(to, pattern) {
    for (let i = 0; i < 100; i++) {
        for (const { text } of await mails(to)) {
            const found = pattern.exec(text)?.[1];
            if (found && !asked.has(found)) {
                asked.add(found);
                return found;
            }
        }
        await new Promise((done) => setTimeout(done, 100));
    }
    return assert.fail(`no mail for ${to} has ${pattern}`);
}
export const mailToken = (to) => mailed(to, /vtoken=([A-Za-z0-9_-]+)/);
export const mailCode = (to) => mailed(to, /^\s*(\d{6})\s*$/m);
export const wrong = (code) => code === '111111' ? '222222' : '111111';

// email, username, token, Uid; by whatever else is in the body.
export async function person(more = {}) {
    const email = address(), username = name();
    await works('authenticationApi.userRegistrationByEmail', [{
        Email: [{ Type: 'Primary', Value: email }], Password: password,
        UserName: username, ...more }, await sott()], posted);
    await works('authenticationApi.verifyEmail', [await mailToken(email)],
        posted);
    return { email, username };
}

export async function signedIn(more) {
    const p = await person(more);
    const { access_token: token, Profile } = await works(
        'authenticationApi.loginByEmail', [{ email: p.email, password }],
        session);
    return { ...p, token, Uid: Profile.Uid, Profile };
}

// The same by number.
export async function caller(more = {}) {
    const number = phone();
    await works('phoneAuthenticationApi.userRegistrationByPhone', [{
        PhoneId: number, Password: password, UserName: name(), ...more },
    await sott()], posted);
    const s = await works('phoneAuthenticationApi.phoneVerificationByOTP',
        [await smsCode(number), number], session);
    return { number, token: s.access_token };
}

// What a widget of ALTCHA makes of a challenge.
globalThis.crypto ??= webcrypto;
export async function solved(operation) {
    const challenge = granted(await call('GET', '/altcha',
        { query: { operation } }));
    const solution = await solveChallenge({ challenge, deriveKey });
    return Buffer.from(JSON.stringify({ challenge, solution }))
        .toString('base64');
}

// While fn runs, the SDK is configured so.
export async function as(changes, fn) {
    const before = { ...settings };
    Object.assign(settings, changes);
    try {
        return await fn();
    } finally {
        for (const name of Object.keys(changes))
            delete settings[name];
        Object.assign(settings, before);
    }
}

// While fn runs, the site is.
export async function site(changes, fn) {
    const file = join(process.env.DOORWARD_SITE, 'etc/doorward.conf');
    const before = readFileSync(file);
    configure(changes);
    try {
        return await fn();
    } finally {
        writeFileSync(file, before);
    }
}
