// The site of these tests: its settings, its forms and its clock.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AUTH, call, granted, login, mail, password, person, register }
    from '../api.mjs';

const folder = join(process.env.DOORWARD_SITE, 'etc');
const file = join(folder, 'doorward.conf');

// configure({ 'privacy.mode': 'strict' }): every process begins its next
// request with it.
export function configure(changes) {
    let text = readFileSync(file, 'utf8');
    for (const [name, value] of Object.entries(changes)) {
        const [section, key] = name.split('.');
        const parts = text.split(/^(?=\[)/m)
            .map((p) => !p.startsWith(`[${section}]`) ? p :
                p.replace(new RegExp(`^${key} *=.*\n`, 'm'), ''));
        text = parts.join('');
        text = text.includes(`[${section}]\n`) ?
            text.replace(`[${section}]\n`,
                `[${section}]\n${key} = ${value}\n`) :
            `${text.trimEnd()}\n[${section}]\n${key} = ${value}\n`;
    }
    writeFileSync(file, text);
}

export const forms = (...list) => writeFileSync(
    join(folder, 'consent.json'), JSON.stringify({ forms: list }));
export const clock = (seconds) => writeFileSync(join(folder, 'clock'),
    String(seconds));

export const option = (id, strict = false) => ({ id, strict,
    title: `Title of ${id}`, text: `Text of ${id}` });
export const form = (event, version, options, more = {}) => ({ event,
    version, start: '2020-01-01', options, ...more });
export const events = (...names) => names.map((Event) =>
    ({ Event, IsCustom: false }));
export const choices = (map) => Object.entries(map)
    .map(([ConsentOptionId, IsAccepted]) => ({ ConsentOptionId,
        IsAccepted }));

// Everything off, and no form.
export function calm() {
    clock(0);
    forms();
    configure({ 'privacy.mode': 'off', 'privacy.versions': '1.0@2020-01-01',
        'registration.verification': 'required', 'consent.file':
        'consent.json', 'compat.access_token_in_query': 'yes',
        'compat.accept_by_query_token': 'no', 'pin.enabled': 'no' });
}

// Somebody who was here before any of it.
export async function settled() {
    calm();
    const p = await person();
    const session = granted(await login(p));
    return { ...p, token: session.access_token, session };
}

export const accept = (token, more = {}) =>
    call('GET', `${AUTH}/privacypolicy/accept`, { token, ...more });
export const history = (token) =>
    call('GET', `${AUTH}/privacypolicy/history`, { token });
export const go = (consenttoken, names, map, more = {}) =>
    call('POST', `${AUTH}/consent`, { query: { consenttoken },
        json: { Events: events(...names), Data: choices(map) }, ...more });
export const submit = (token, names, map, more = {}) =>
    call('POST', `${AUTH}/consent/profile`, { token,
        json: { Events: events(...names), Data: choices(map) }, ...more });
export const update = (token, map, more = {}) =>
    call('PUT', `${AUTH}/consent`, { token,
        json: { Consents: choices(map) }, ...more });
export const verify = (token, event, iscustom = '') =>
    call('GET', `${AUTH}/consent/verify`, { token,
        query: { event, iscustom } });
export const logs = (token) =>
    call('GET', `${AUTH}/consent/logs`, { token });
export const profile = async (token) => granted(await call('GET',
    `${AUTH}/account`, { token }));
export { login, mail, password, register };
