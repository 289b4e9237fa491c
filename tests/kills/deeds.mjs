// What load.mjs leaves out: numbers and their codes, changes of names and
// addresses, PINs and answers, consents, deletions, links and devices that
// sign in, what becomes of tokens, objects, and a back end that acts for
// somebody.  As there, what was not answered stays in doubt: of such a thing
// both positions are remembered.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AUTH, address, call, mailsNow, password, phone, sott, source,
    textsNow } from '../http/api.mjs';
import { api, arrivals, signIn, signUp, state, step, verify } from
    './load.mjs';
import { visitor } from './kills.mjs';

const MANAGE = '/identity/v2/manage/account';
const answers = { school: 'Hill House', pet: 'Rex' };
const manage = (method, path, query) => call(method, MANAGE + path,
    { query, judge: false });

// What came to an address or number after it was asked for, or undefined:
// what a process that was killed had begun to deliver comes much later.
async function brought(to, find, ask) {
    const before = arrivals(to);
    const read = async () => to.startsWith('+') ?
        (await textsNow(to)).map((text) => ({ text })) : mailsNow(to);
    const a = await ask();
    if (!a.ok)
        return undefined;
    for (let i = 0; i < 30 && !state.stop; i++) {
        if (arrivals(to) > before) {
            const m = (await read()).slice(before).find((x) => find(x));
            if (m)
                return { ...m, answer: a.json };
        }
        await sleep(50);
    }
    return undefined;
}
const code = (m) => / (\d{6}) /.exec(m.text)?.[1];
const coded = async (to, ask) => {
    const m = await brought(to, code, ask);
    return m && code(m);
};
const linked = (p, subject, ask) => brought(p.email, (m) => m.token &&
    subject.test(m.subject), ask);

// A thing of the account that becomes another one, unless it was refused.
function became(p, name, value, a) {
    const held = p.may[name] ??= new Set([undefined]);
    if (a.ok)
        held.clear();
    if (a.ok || a.doubt)
        held.add(value);
    return a.ok;
}
const word = (p, value, a) => {
    if (a.ok)
        p.words = [value];
    else if (a.doubt)
        p.words.push(value);
    return a.ok;
};

async function member(p) {
    await signUp(p);
    if (p.registered)
        await verify(p);
    return p.verified && signIn(p);
}

// ---- numbers ----

const signInByPhone = async (p) => {
    for (const number of p.numbers)
        for (const w of p.words) {
            const a = await step('login by phone', () => api(p, 'POST',
                '/login', { json: { phone: number, password: w } }));
            if (a.ok) {
                p.numbers = [number];
                p.words = [w];
                p.token = a.json.access_token;
                return true;
            }
        }
    return false;
};

async function numbered(p) {
    const number = phone();
    p.numbers = [number];
    const otp = await coded(number, async () => {
        const proof = await sott().catch(() => '');
        const a = proof ? await step('register by phone', () => api(p,
            'POST', '/register', { headers: { 'X-Doorward-Sott': proof },
                json: { PhoneId: number, Password: password } })) :
            { ok: false };
        p.registered = a.ok;
        return a;
    });
    for (let i = 0; otp && i < 5 && !p.verified; i++) {
        const a = await step('verify phone', () => api(p, 'PUT',
            '/phone/otp', { json: { phone: number, otp } }));
        p.verified = a.ok || a.json?.ErrorCode === 1068;
        if (!a.ok && !a.doubt)
            break;
    }
    return p.verified && signInByPhone(p);
}

async function changeNumber(p) {
    const next = phone();
    const otp = await coded(next, () => step('change phone', () => api(p,
        'PUT', '/phone', { token: p.token, json: { phone: next } })));
    if (!otp)
        return false;
    const a = await step('prove own phone', () => api(p, 'PUT',
        '/phone/otp', { token: p.token, query: { otp } }));
    if (a.ok)
        p.numbers = [next];
    else if (a.doubt)
        p.numbers.push(next);
    return signInByPhone(p);
}

async function recoverByPhone(p, n) {
    const [number] = p.numbers;
    const otp = await coded(number, () => step('forgot by phone', () =>
        api(p, 'POST', '/password/otp', { json: { phone: number } })));
    const next = `scarlet-harbour-${n}-5`;
    if (otp)
        word(p, next, await step('reset by phone', () => api(p, 'PUT',
            '/password/otp', { json: { phone: number, otp,
                password: next } })));
    const again = await coded(number, () => step('ask a code', () => api(p,
        'GET', '/login/passwordlesslogin/otp', { query: { phone: number } })));
    if (again)
        await step('login by code', () => api(p, 'PUT',
            '/login/passwordlesslogin/otp/verify',
            { json: { phone: number, otp: again } }));
}

async function leaveByPhone(p) {
    const otp = await coded(p.numbers[0], () => step('ask deletion by code',
        () => api(p, 'GET', '/account/otp', { token: p.token })));
    if (otp)
        p.left = await step('delete by code', () => api(p, 'POST',
            '/account/delete', { token: p.token, json: { otp } }));
}

async function byPhone(p, n) {
    if (!await numbered(p) || !await changeNumber(p))
        return;
    await (n % 2 ? recoverByPhone(p, n) : leaveByPhone(p));
}

// ---- names, addresses, consents ----

async function names(p, n) {
    if (!await member(p))
        return;
    for (const username of [`n${p.email.slice(1, 12)}`, `m${n}x${p.email
        .slice(1, 11)}`])
        became(p, 'username', username, await step('user name', () => api(p,
            'PUT', '/username', { token: p.token, json: { username } })));
    const second = address();
    const m = await brought(second, (x) => x.token, () => step('add email',
        () => api(p, 'POST', '/email', { token: p.token,
            json: { email: second, type: 'Work' } })));
    if (m && became(p, 'second', second, await step('prove email', () =>
        api(p, 'GET', '/email', { query: { verificationtoken: m.token } }))))
        became(p, 'second', undefined, await step('remove email', () =>
            api(p, 'DELETE', '/email', { token: p.token,
                json: { email: second } })));
    // Nobody proves this one.
    await step('add email', () => api(p, 'POST', '/email', { token: p.token,
        json: { email: address() } }));
    const Data = (IsAccepted) => ['news', 'calls'].map((ConsentOptionId) =>
        ({ ConsentOptionId, IsAccepted }));
    became(p, 'consents', 2, await step('consents', () => api(p, 'POST',
        '/consent/profile', { token: p.token, json: { Data: Data(true),
            Events: [{ Event: 'Newsletter', IsCustom: true }] } })));
    became(p, 'consents', undefined, await step('withdraw', () => api(p, 'PUT',
        '/consent', { token: p.token, json: { Consents: Data(false) } })));
}

// ---- PINs and answers ----

async function pins(p, n) {
    if (!await member(p))
        return;
    const own = (json) => api(p, 'PUT', '/account', { token: p.token, json });
    const PIN = () => [...p.may.pin ?? []].filter(Boolean).at(-1);
    const set = (pin, a) => became(p, 'pin', pin, a);
    if (!set('482915', await step('set PIN', () =>
        own({ PINInfo: { PIN: '482915' } }))))
        return;
    if (!set('730264', await step('change PIN', () => api(p, 'PUT',
        '/pin/change', { token: p.token, json: { oldpin: PIN(),
            newpin: '730264' } }))))
        return;
    const s = await step('login for a PIN session', () => api(p, 'POST',
        '/login', { json: { email: p.email, password: p.words[0] } }));
    const query = { session_token: s.json?.session_token };
    if (s.ok) {
        await step('login by PIN', () => api(p, 'POST', '/login/pin',
            { query, json: { PIN: PIN() } }));
        await step('end PIN session', () => api(p, 'GET',
            '/session_token/invalidate', { query }));
    }
    const m = await linked(p, /PIN/, () => step('forgot PIN', () => api(p,
        'POST', '/pin/forgot/email', { json: { email: p.email } })));
    if (m)
        set('591826', await step('reset PIN', () => api(p, 'PUT',
            '/pin/reset/token', { json: { resettoken: m.token,
                pin: '591826' } })));
    const said = await step('answers', () =>
        own({ SecurityQuestionAnswer: answers }));
    if (!became(p, 'answers', true, said))
        return;
    set('620817', await step('PIN by answers', () => api(p, 'PUT',
        '/pin/reset/securityanswer/email', { json: { email: p.email,
            securityanswer: answers, pin: '620817' } })));
    const next = `golden-harbour-${n}-5`;
    word(p, next, await step('password by answers', () => api(p, 'PUT',
        '/password/securityanswer', { json: { email: p.email,
            securityanswer: answers, password: next } })));
}

// ---- tokens ----

async function tokens(p) {
    if (!await member(p))
        return;
    const a = await step('login', () => api(p, 'POST', '/login',
        { json: { email: p.email, password: p.words[0] } }));
    let t = a.json?.refresh_token;
    const refresh = async (token) => {
        const r = await step('refresh', () => manage('GET',
            '/access_token/refresh', { refresh_token: token }));
        t = r.ok ? r.json.refresh_token : t;
        // Who was not answered asks again, and is within the grace.
        return r.doubt ? step('refresh once more', () => manage('GET',
            '/access_token/refresh', { refresh_token: token })) : r;
    };
    for (let i = 0; a.ok && i < 3; i++) {
        const r = await refresh(t);
        if (!r.ok)
            break;
        t = r.json.refresh_token;
        p.alive = r.json.access_token;
    }
    const s = await step('slide', () => api(p, 'GET',
        '/access_token/sliding_token', { token: p.token }));
    if (s.ok) {
        p.dead = p.token;
        p.token = s.json.access_token;
    }
    const uid = a.json?.Profile.Uid;
    if (!uid)
        return;
    await step('impersonate', () => manage('GET', '/access_token', { uid }));
    if (p.alive && (await step('revoke', () => manage('GET',
        '/access_token/refresh/revoke', { refresh_token: t }))).ok)
        p.revoked = t;
    const all = await step('revoke all', () => manage('DELETE',
        `/${uid}/access_token/refresh/revoke`));
    if (all.ok && s.ok)
        p.revoked = s.json.refresh_token;
}

// ---- links and devices ----

async function collect(p, name, clientguid) {
    for (let i = 0; i < 8 && !state.stop; i++) {
        const a = await step(name, () => api(p, 'GET',
            '/login/smartlogin/ping', { query: { clientguid } }));
        if (a.ok || ![429, 599].includes(a.status) && !a.doubt)
            return a;
        await sleep(400);
    }
    return undefined;
}

// The device that asks, the link of the mail, and the device again.
async function device(p, name, ask, path) {
    const clientguid = randomUUID();
    const m = await brought(p.email, (x) => x.token, () =>
        step(`${name}, asked`, () => ask(clientguid)));
    if (!m)
        return undefined;
    const a = await step(`${name}, confirmed`, () => api(p, 'GET', path,
        { query: { verificationtoken: m.token,
            number: m.answer.Data.Number } }));
    if (a.ok)
        await collect(p, `${name}, collected`, clientguid);
    return a;
}

async function links(p) {
    // Who has no account gets one by the link.
    const a = await device(p, 'one touch', (clientguid) => api(p, 'POST',
        '/onetouchlogin/email', { json: { clientguid, email: p.email } }),
    '/email/onetouchlogin');
    if (!a?.ok)
        return;
    p.words = [];
    p.byLink = true;
    const m = await linked(p, /Sign in/, () => step('ask a link', () =>
        api(p, 'GET', '/login/passwordlesslogin/email',
            { query: { email: p.email } })));
    if (m)
        await step('login by link', () => api(p, 'GET',
            '/login/passwordlesslogin/email/verify',
            { query: { verificationtoken: m.token } }));
    await device(p, 'smart login', (clientguid) => api(p, 'GET',
        '/login/smartlogin', { query: { clientguid, email: p.email } }),
    '/email/smartlogin');
}

// ---- objects, and leaving ----

async function objects(p, n) {
    if (!await member(p))
        return;
    const at = (method, id, json, more) => api(p, method, id ?
        `/customobject/${id}` : '/customobject', { token: p.token, json,
        query: { objectname: 'notes', ...more } });
    const made = await step('create object', () => at('POST', undefined,
        { n, steps: ['made'] }));
    const id = made.json?.Id;
    if (id) {
        p.object = id;
        became(p, 'note', undefined, made);
        became(p, 'note', 'merged', await step('update object', () =>
            at('PUT', id, { note: 'merged' })));
        became(p, 'note', 'whole', await step('replace object', () =>
            at('PUT', id, { note: 'whole' }, { updatetype: 'replace' })));
    }
    const gone = await step('create object', () => at('POST', undefined,
        { n }));
    if (gone.ok && (await step('delete object', () => at('DELETE',
        gone.json.Id))).ok)
        p.gone = gone.json.Id;
    if (n % 3 === 0)
        return;
    const m = await linked(p, /Delete/, () => step('ask deletion', () =>
        api(p, 'DELETE', '/account', { token: p.token })));
    if (m)
        p.left = await step('delete by link', () => api(p, 'GET',
            '/account/delete', { query: { deletetoken: m.token } }));
}

const deeds = [byPhone, names, pins, tokens, links, objects];
export const people = [];

// A client's work, for load().
export async function deed(k) {
    for (let n = 0; !state.stop; n++) {
        const p = { email: address(), from: source(), words: [password],
            visitor: visitor(), may: {} };
        p.deed = deeds[(n + k) % deeds.length];
        people.push(p);
        await p.deed(p, n);
    }
}

// What must have been done often enough to prove something.
export const wanted = ['register by phone', 'verify phone', 'login by phone',
    'change phone', 'prove own phone', 'forgot by phone', 'reset by phone',
    'ask a code', 'login by code', 'ask deletion by code', 'delete by code',
    'user name', 'add email', 'prove email', 'remove email', 'consents',
    'withdraw', 'set PIN', 'change PIN', 'login by PIN', 'end PIN session',
    'forgot PIN', 'reset PIN', 'answers', 'PIN by answers',
    'password by answers', 'refresh', 'slide', 'impersonate', 'revoke',
    'revoke all', 'one touch, asked', 'one touch, confirmed',
    'one touch, collected', 'ask a link', 'login by link',
    'smart login, asked', 'smart login, confirmed', 'smart login, collected',
    'create object', 'update object', 'replace object', 'delete object',
    'ask deletion', 'delete by link'];
export { AUTH };
