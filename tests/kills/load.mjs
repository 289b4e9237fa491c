// A mixed load of people who sign up, prove their address, sign in, read and
// write their profile, change and forget their password and sign out, partly
// by API and partly by pages.  Nobody here expects that an answer comes: what
// was answered is remembered, what was not stays in doubt.
import { setTimeout as sleep } from 'node:timers/promises';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { AUTH, address, call, mailsNow, password, sott, source } from
    '../http/api.mjs';
import { visitor } from './kills.mjs';

const outbox = process.env.DOORWARD_OUTBOX;
export const state = { people: [], asked: 0, unanswered: 0, busy: 0,
    odd: [], steps: new Map(), tokens: [], stop: false };

// One look into the folder serves all who wait for mail.
let arrived = new Map();
export const arrivals = (to) => arrived.get(to) ?? 0;
async function watch() {
    while (!state.stop) {
        const found = new Map();
        for (const name of readdirSync(outbox)) {
            const to = /-(?:mail|sms)-(.*)\.(?:eml|txt)$/.exec(name)?.[1];
            if (to)
                found.set(to, (found.get(to) ?? 0) + 1);
        }
        arrived = found;
        await sleep(50);
    }
}

async function mailed(p, n) {
    for (let i = 0; i < 40 && !state.stop; i++) {
        if ((arrived.get(p.email) ?? 0) >= n)
            return (await mailsNow(p.email)).at(-1);
        await sleep(50);
    }
    return undefined;
}

// good: the statuses that say yes.
export async function step(name, make, good = [200]) {
    let a;
    state.asked++;
    try {
        a = await make();
    } catch (e) {
        if (!/fetch failed|terminated|other side closed/.test(e.message))
            throw e;
        a = { status: 599, text: String(e.cause ?? e) };
    }
    if (a.status === 503 && a.json)
        state.busy++;
    else if (a.status >= 500)
        state.unanswered++;
    const ok = good.includes(a.status);
    state.steps.set(name, (state.steps.get(name) ?? 0) + (ok ? 1 : 0));
    return { ...a, ok, doubt: a.status >= 500 };
}

export function api(p, method, path, options) {
    if (options.token)
        state.tokens[state.asked % 64] = options.token;
    return call(method, `${AUTH}${path}`, { from: p.from, judge: false,
        ...options });
}

// Somebody's profile, while he changes what it shows.
async function read() {
    const from = source();
    while (!state.stop) {
        const tokens = Object.values(state.tokens);
        const token = tokens[Math.floor(Math.random() * tokens.length)];
        if (token)
            await step('read', () => call('GET', `${AUTH}/account`,
                { from, token, judge: false }), [200, 403]);
        await sleep(10);
    }
}

// A page's form; what was not answered is an answer without ok.
async function form(p, name, path, fields, good) {
    const page = await step(`${name} page`, () => p.visitor.get(path));
    if (!page.token)
        return { ok: false, doubt: page.status >= 500, status: page.status };
    return step(name, () => p.visitor.post(path.split('?')[0],
        { form_token: page.token, ...fields }), good);
}

export async function signUp(p) {
    const again = async () => {
        if (p.byPage)
            return form(p, 'sign-up page', '/signup',
                { email: p.email, new_password: p.words[0] });
        let proof;
        try {
            proof = await sott();
        } catch {
            return { ok: false, doubt: true };
        }
        return step('register', () => api(p, 'POST', '/register', {
            headers: { 'X-Doorward-Sott': proof },
            json: { Email: [{ Type: 'Primary', Value: p.email }],
                Password: p.words[0] } }));
    };
    for (let i = 0; i < 5 && !p.registered && !state.stop; i++) {
        const a = await again();
        p.registered = a.ok;
        if (!a.doubt && !a.ok)
            state.odd.push(`sign-up: ${a.status} ${a.text}`);
    }
}

export async function verify(p) {
    const m = await mailed(p, 1);
    if (!m?.token)
        return;
    for (let i = 0; i < 5 && !p.verified && !state.stop; i++) {
        const a = p.byPage ?
            await form(p, 'verify page', `/verify?vtoken=${m.token}`,
                { vtoken: m.token }, [303]) :
            await step('verify', () => api(p, 'GET', '/email',
                { query: { verificationtoken: m.token } }));
        // Used: by the request that was not answered.
        p.verified = a.ok || (i > 0 && [974, undefined].includes(
            a.json?.ErrorCode) && a.status === 403);
        if (!a.doubt && !p.verified && i === 0)
            state.odd.push(`verify: ${a.status} ${a.text}`);
    }
}

export const signIn = async (p) => {
    for (let i = 0; i < 5 && !state.stop; i++)
        for (const word of p.words) {
            const a = p.byPage ?
                await form(p, 'login page', '/login',
                    { identifier: p.email, password: word }, [303]) :
                await step('login', () => api(p, 'POST', '/login',
                    { json: { email: p.email, password: word } }));
            if (a.ok) {
                p.words = [word];
                p.token = a.json?.access_token;
                return true;
            }
            if (a.doubt)
                break;
        }
    return false;
};

async function use(p, n) {
    if (p.byPage) {
        await step('account page', () => p.visitor.get('/account'));
        const next = `cobalt-harbour-${n}-5`;
        const a = await form(p, 'change page', '/account/password',
            { password: p.words[0], new_password: next }, [303]);
        if (a.ok)
            p.words = [next];
        else if (a.doubt)
            p.words.push(next);
        else
            state.odd.push(`change page: ${a.status} ${a.text}`);
        await form(p, 'sign-out page', '/logout', {}, [303]);
        return;
    }
    await step('validate', () => api(p, 'GET', '/access_token/validate',
        { token: p.token }));
    const company = `Example ${n}`;
    const u = await step('profile', () => api(p, 'PUT', '/account',
        { token: p.token, json: { Company: company } }));
    if (u.ok)
        p.company = [company];
    else if (u.doubt)
        p.company = [...p.company ?? [null], company];
    const next = `violet-harbour-${n}-5`;
    const c = await step('change', () => api(p, 'PUT', '/password/change',
        { token: p.token, json: { oldpassword: p.words[0],
            newpassword: next } }));
    if (c.ok)
        p.words = [next];
    else if (c.doubt)
        p.words.push(next);
    const i = await step('invalidate', () => api(p, 'GET',
        '/access_token/invalidate', { token: p.token }));
    if (i.ok)
        p.dead = p.token;
}

async function recover(p, n) {
    const before = arrived.get(p.email) ?? 0;
    const f = await step('forgot', () => api(p, 'POST', '/password',
        { json: { email: p.email } }));
    const m = f.ok && await mailed(p, before + 1);
    if (!m?.token || !/Choose a new password/.test(m.subject))
        return;
    const next = `amber-harbour-${n}-5`;
    const r = await step('reset', () => api(p, 'PUT', '/password/reset',
        { json: { resettoken: m.token, password: next } }));
    if (r.ok)
        p.words = [next];
    else if (r.doubt)
        p.words.push(next);
}

async function one(k) {
    for (let n = 0; !state.stop; n++) {
        const p = { email: address(), from: source(), words: [password],
            byPage: (n + k) % 3 === 0, visitor: visitor() };
        state.people.push(p);
        await signUp(p);
        if (p.registered)
            await verify(p);
        for (let i = 0; p.verified && i < 2 && !state.stop; i++) {
            if (!await signIn(p))
                break;
            await use(p, `${n}-${i}`);
            if (i === 0)
                await recover(p, n);
        }
    }
}

// Runs until stop() is called; stop() waits for what is under way.
export function load(clients, work = one) {
    const all = [watch(), read(), ...Array.from({ length: clients }, (_, k) =>
        work(k))];
    return async () => {
        state.stop = true;
        await Promise.all(all);
    };
}

// Message-ID, recipient and subject of every mail that was delivered.
export const delivered = () => readdirSync(outbox).filter((n) =>
    n.endsWith('.eml')).map((name) => {
    const text = readFileSync(join(outbox, name), 'latin1');
    return { to: /-mail-(.*)\.eml$/.exec(name)[1],
        id: /^Message-ID: (<[^>]+>)/mi.exec(text)?.[1],
        subject: /^Subject: (.*?)\r?$/m.exec(text)?.[1] };
});
