// A site whose settings a test changes as it goes: every process reads a
// changed configuration before its next request.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AUTH, address, base, call, cookieHeader, granted, keepCookies, mail,
    password, register, source } from '../api.mjs';

const etc = join(process.env.DOORWARD_SITE, 'etc');
const conf = join(etc, 'doorward.conf');
const original = readFileSync(conf, 'utf8');

const escaped = (s) => s.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
function set(text, [name, value]) {
    const [section, key] = name.split('.');
    const head = `[${section}]\n`;
    if (!text.includes(head))
        return `${text}\n${head}${key} = ${value}\n`;
    return text.replace(new RegExp(`(${escaped(head)}(?:[^[\\n].*\\n|\\n)*?)` +
        `${key} = .*\\n`), '$1')
        .replace(head, () => `${head}${key} = ${value}\n`);
}

// The site as it was made, but for these: { 'password.rules': 'alpha' }.
export function settings(all = {}) {
    writeFileSync(conf, Object.entries(all).reduce(set, original));
}

export const good = 'violet-harbour-88';

export const resetBy = (json) => call('PUT', `${AUTH}/password/reset`,
    { json });
export const forgot = (p) => call('POST', `${AUTH}/password`,
    { json: { email: p.email } });
export const change = (p, newpassword, oldpassword = password) =>
    call('PUT', `${AUTH}/password/change`, { token: p.token,
        json: { oldpassword, newpassword } });
export const code = (m) => /(?<![\w-])(\d{6})(?![\w-])/.exec(m.text)?.[1];

// Somebody with a session and no password, who may set one by A2.
export async function withoutPassword(more) {
    settings({ 'login.password': 'no',
        'registration.login_on_verification': 'yes' });
    const p = await register({ body: { Password: undefined, ...more } });
    granted(p.answer);
    const { token } = await mail(p.email);
    const a = granted(await call('GET', `${AUTH}/email`,
        { query: { verificationtoken: token } }));
    settings();
    return { ...p, token: a.Data.access_token };
}

// Every call that sets a password, by name; each makes what it needs under
// the settings as they were made, and answers what is tried under those that
// are given.
export const ways = {
    async RG1(word, more) {
        settings(more);
        return (await register({ body: { Password: word } })).answer;
    },
    async W3(word, more, p) {
        settings();
        granted(await forgot(p));
        const { token } = await mail(p.email, ++p.mails);
        settings(more);
        return resetBy({ resettoken: token, password: word });
    },
    async W4(word, more, p) {
        settings({ 'password.reset_by': 'code' });
        granted(await forgot(p));
        const otp = code(await mail(p.email, ++p.mails));
        settings({ ...more, 'password.reset_by': 'code' });
        return resetBy({ email: p.email, otp, password: word });
    },
    async W5(word, more, p) {
        settings({ 'password.reset_by': 'code' });
        granted(await call('POST', `${AUTH}/password`,
            { json: { username: p.username } }));
        const otp = code(await mail(p.email, ++p.mails));
        settings({ ...more, 'password.reset_by': 'code' });
        return resetBy({ username: p.username, otp, password: word });
    },
    async W10(word, more, p) {
        settings(more);
        return change(p, word);
    },
    async A2(word, more) {
        const p = await withoutPassword();
        settings(more);
        return call('PUT', `${AUTH}/account`, { token: p.token,
            json: { Password: word } });
    }
};

let serial = 0;
export const userName = () => `u${process.pid}-${Date.now()}-${++serial}`;

// The pages, as a plain client.
export function visitor() {
    const jar = new Map();
    return async function ask(method, path, form) {
        const a = await fetch(base + path, { method, redirect: 'manual',
            headers: { Origin: new URL(base).origin,
                'X-Origin-IP': source(), ...cookieHeader(jar) },
            body: form && new URLSearchParams(form) });
        keepCookies(jar, a.headers);
        const text = await a.text();
        return { status: a.status, text, to: a.headers.get('location'),
            // of the page's own form, which is behind that of signing out
            token: [...text.matchAll(/name="form_token" value="([^"]*)"/g)]
                .pop()?.[1] };
    };
}

// What a field's hint and error say.
export const part = (page, id) => new RegExp(
    `id="${id}"[^>]*>([^<]*)<`).exec(page.text)?.[1];

export { address, assert };
