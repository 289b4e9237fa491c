// A front end of another origin, in a browser: docs/front-end.html with the
// module that Doorward serves.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { AUTH, address, base, call, granted, key, mail, noteSecrets, password,
    phone, signedIn, smsCode, sott } from '../../http/api.mjs';
import { configure } from '../../http/consent/site.mjs';
import { snippet } from '../../http/snippet.mjs';
import { look, visitor } from '../browser.mjs';
import './picture.mjs';

const root = new URL('../../../', import.meta.url);
const html = readFileSync(new URL('docs/front-end.html', root));
const script = `${base}/static/doorward.js`;

// Two origins: one is listed, the other is not.
const servers = [];
async function origin() {
    const server = createServer((req, res) => {
        res.setHeader('Content-Type', 'text/html; charset=utf-8');
        res.end(html);
    });
    servers.push(server);
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${server.address().port}`;
}
let listed, other;
before(async () => {
    [listed, other] = [await origin(), await origin()];
    configure({ 'cors.origins': listed, 'urls.allow': `${listed}/` });
});
after(() => servers.forEach((s) => s.close()));

const ready = (v) => v.page.waitForSelector('[data-ready]');
const says = (v, text) => v.page.waitForFunction((text) =>
    document.getElementById('says').textContent.includes(text), text,
{ timeout: 10000 });
async function open(v, from = listed) {
    await v.page.goto(`${from}/?${new URLSearchParams({ doorward: base,
        key })}`);
    await ready(v);
}
async function typed(v, email, word) {
    await v.page.fill('[name=email]', email);
    await v.page.fill('[name=password]', word);
}
const press = (v, name) => v.page.click(`[name=${name}]`);

// In the page: what a method of the module comes to.
const within = (v, fn, arg) => v.page.evaluate(`(async () => {
    const { Doorward, DoorwardError } = await import('${script}');
    const doorward = new Doorward({ apiKey: '${key}' });
    return (${fn})(doorward, ${JSON.stringify(arg)}, DoorwardError);
})()`);

test('the page: sign up, confirm, sign in, change the profile, check, sign ' +
    'out (S-100)', async () => {
    const v = await visitor(), email = address();
    await open(v);
    await look(v, 'front-end', { scripts: 'any' });
    await typed(v, email, password);
    await press(v, 'signUp');
    await says(v, 'Look into your mail');
    const { link } = await mail(email);
    assert.ok(link.startsWith(listed), link);
    await v.page.goto(link);
    await ready(v);
    await says(v, 'confirmed');
    assert.doesNotMatch(v.page.url(), /vtoken/);
    await typed(v, email, 'not-the-password');
    await press(v, 'signIn');
    await says(v, 'do not match');
    await typed(v, email, password);
    await press(v, 'signIn');
    await says(v, 'Welcome');
    await v.page.locator('#who', { hasText: email }).waitFor();
    assert.equal(await v.page.innerText('#who'), email);
    await look(v, 'front-end-account', { scripts: 'any' });
    await v.page.fill('[name=FirstName]', 'Zoë');
    await press(v, 'save');
    await says(v, 'Saved');
    await press(v, 'check');
    await says(v, 'Good until 20');
    await press(v, 'signOut');
    await says(v, 'Signed out');
    assert.ok(await v.page.isVisible('#visitor'));
    assert.deepEqual(v.faults, []);
    await v.context.close();
});

test('the module: the session, in memory and in sessionStorage',
    async () => {
        const v = await visitor(), p = await signedIn();
        await open(v);
        const seen = await within(v, async (doorward, who) => {
            const heard = [];
            doorward.addEventListener('change', () =>
                heard.push(!!doorward.token));
            const before = await doorward.check();
            const session = await doorward.signIn(who);
            const kept = doorward.session;
            const { access_token: good } = await doorward.check();
            await doorward.call('GET', 'access_token/invalidate');
            const ended = await doorward.check();
            await doorward.signOut();
            return { before, session, kept, good, ended, heard,
                token: doorward.token ?? null,
                stored: [...Object.keys(localStorage),
                    ...Object.keys(sessionStorage), document.cookie] };
        }, { email: p.email, password });
        const { access_token: token, expires_in: ends } = seen.session;
        noteSecrets([token, seen.session.refresh_token]);
        assert.deepEqual([seen.before, seen.ended, seen.token],
            [null, null, null]);
        assert.deepEqual(seen.kept, { access_token: token,
            expires_in: ends });
        assert.equal(seen.good, token);
        assert.deepEqual(seen.heard, [true, false]);
        // What the page keeps of its own; of the session nothing.
        assert.deepEqual(seen.stored.sort(), ['', 'doorward', 'key']);
        const again = await v.page.evaluate(`(async () => {
            const { Doorward } = await import('${script}');
            const one = new Doorward({ apiKey: '${key}',
                store: sessionStorage });
            await one.signIn(${JSON.stringify({ email: p.email,
        password })});
            const two = new Doorward({ apiKey: '${key}', url: '${base}',
                store: sessionStorage });
            const good = await two.check();
            await two.signOut();
            return { same: good.access_token, kept: sessionStorage.length,
                gone: one.token ?? null };
        })()`);
        noteSecrets([again.same]);
        assert.equal(again.kept, 0);
        assert.equal(again.gone, null);
        await v.context.close();
    });

test('the module as README.md shows it', async () => {
    const v = await visitor(), p = await signedIn();
    await open(v);
    const text = snippet('README.md', 'front end').replace(
        'https://example.com/auth', base);
    assert.ok(text.includes(script));
    const uid = await v.page.evaluate(`(async () => {
        const API_KEY = '${key}', email = '${p.email}',
            password = '${password}';
        ${text}
        return Profile.Uid;
    })()`);
    const { Uid, NickName } = granted(await call('GET', `${AUTH}/account`,
        { token: p.token }));
    assert.deepEqual([uid, NickName], [Uid, 'Ada']);
    await v.context.close();
});

test('the module: errors, a SOTT, passwords, whatever has no name',
    async () => {
        const v = await visitor(), email = address();
        configure({ 'sott.required': 'yes' });
        await open(v);
        const refused = await within(v, (doorward, who, DoorwardError) =>
            doorward.signIn(who).catch((e) => ({ name: e.name,
                is: e instanceof DoorwardError && e instanceof Error,
                code: e.code, status: e.status, data: e.data,
                message: e.message })),
        { email, password });
        assert.equal(refused.is, true);
        assert.deepEqual([refused.name, refused.code, refused.status,
            refused.data], ['DoorwardError', 966, 401, null]);
        assert.equal(refused.message,
            'The name and password do not match.');
        assert.deepEqual(await within(v, (doorward, { profile, sott }) =>
            doorward.signUp(profile, { sott }), { sott: await sott(),
            profile: { email, Password: password, FirstName: 'Ada' } }),
        { IsPosted: true });
        assert.equal(await within(v, (doorward, { profile }) =>
            doorward.signUp(profile, { sott: 'no SOTT' })
                .catch((e) => e.code), { profile: { email,
            Password: password } }), 1049);
        configure({ 'sott.required': 'no' });
        await within(v, (doorward, email) => doorward.resendVerification(
            email), email);
        const { token } = await mail(email, 2);
        await within(v, (doorward, token) => doorward.verifyEmail(token),
            token);
        const words = await within(v, async (doorward, who) => {
            await doorward.signIn(who);
            await doorward.changePassword(who.password, who.next);
            const { IsExist } = await doorward.call('GET', 'email',
                { query: { email: who.email } });
            const { FirstName } = await doorward.profile('FirstName');
            const { LastName } = await doorward.updateProfile(
                { LastName: 'Example' });
            await doorward.forgotPassword(who.email);
            return { IsExist, FirstName, LastName };
        }, { email, password, next: 'violet-harbour-88' });
        assert.deepEqual(words, { IsExist: true, FirstName: 'Ada',
            LastName: 'Example' });
        // The verification twice, the notice of the change, the reset.
        const { token: reset } = await mail(email, 4);
        assert.deepEqual(await within(v, (doorward, reset) =>
            doorward.resetPassword(reset, 'amber-lantern-93'), reset),
        { IsPosted: true });
        granted(await call('POST', `${AUTH}/login`, { json: { email,
            password: 'amber-lantern-93' } }));
        await v.context.close();
    });

test('the page and the module: links and codes that sign in', async () => {
    const v = await visitor(), p = await signedIn();
    await open(v);
    await v.page.fill('[name=email]', p.email);
    await press(v, 'sendLink');
    await says(v, 'Look into your mail');
    const { link } = await mail(p.email, 2);
    assert.ok(link.startsWith(listed), link);
    await v.page.goto(link);
    await ready(v);
    await says(v, 'Welcome');
    await v.page.locator('#who', { hasText: p.email }).waitFor();
    assert.equal(await v.page.innerText('#who'), p.email);
    const ask = (fn, who) => within(v, fn, who);
    configure({ 'passwordless.email': 'code' });
    await ask((doorward, who) => doorward.sendLink(who), { email: p.email });
    const code = /^\s*(\d{6})\s*$/m.exec((await mail(p.email, 3)).text)[1];
    const uid = async (doorward, who) => (await doorward.redeemCode(who))
        .Profile.Uid;
    assert.equal(await ask(uid, { email: p.email, code }),
        p.session.Profile.Uid);
    configure({ 'passwordless.email': 'link' });
    const number = phone();
    granted(await call('PUT', `${AUTH}/phone`, { token: p.token,
        json: { phone: number } }));
    granted(await call('PUT', `${AUTH}/phone/otp`, { token: p.token,
        query: { otp: await smsCode(number) } }));
    await ask((doorward, who) => doorward.sendCode(who), { phone: number });
    assert.equal(await ask(uid, { phone: number,
        code: await smsCode(number, 2) }), p.session.Profile.Uid);
    assert.deepEqual(v.faults, []);
    await v.context.close();
});

test('an origin that is not listed reads nothing, and has no session ' +
    '(S-100)', async () => {
    const v = await visitor();
    await open(v, other);
    const said = await within(v, (doorward, who) => doorward.signIn(who)
        .catch((e) => `${e.name}: ${e.message}`), { email: address(),
        password });
    assert.equal(said, 'TypeError: Failed to fetch');
    assert.ok(v.faults.length > 0 && v.faults.every((f) =>
        /CORS policy|ERR_FAILED/.test(f)), v.faults.join());
    await v.context.close();
});

test('the module: 8 KiB at most, for any origin, fresh each hour',
    async () => {
        const a = await call('GET', '/static/doorward.js', { judge: false,
            headers: { Origin: other, 'X-Doorward-ApiKey': null } });
        assert.equal(a.status, 200);
        assert.ok(a.text.length < 8192);
        for (const [name, value] of [
            ['content-type', 'text/javascript; charset=utf-8'],
            ['access-control-allow-origin', '*'],
            ['cross-origin-resource-policy', 'cross-origin'],
            ['x-content-type-options', 'nosniff'],
            ['cache-control', 'public, max-age=3600']])
            assert.equal(a.headers.get(name), value, name);
        assert.doesNotMatch(a.text, /\bimport\b(?!\.meta|[^;]*from 'https)/);
    });

test('the types name every member of the module, and no other',
    async () => {
        const { Doorward, DoorwardError } = await import(new URL(
            'templates/static/doorward.js', root));
        const types = readFileSync(new URL('templates/static/doorward.d.ts',
            root), 'utf8');
        const declared = (name) => [...new RegExp(
            `class ${name} .*?\\n((?: .*\\n|\\n)*)}`).exec(types)[1]
            .matchAll(/^ {4}(?:readonly )?(\w+)(\(|:)/gm)];
        const own = (thing) => Object.getOwnPropertyNames(thing);
        const one = new Doorward({ apiKey: key, url: 'https://x.example' });
        assert.equal(one.url, 'https://x.example/');
        assert.deepEqual(declared('Doorward').map(([, n]) => n).sort(),
            [...own(Doorward.prototype), ...own(one)].sort());
        for (const [, name, is] of declared('Doorward').filter(([, n]) =>
            n !== 'constructor'))
            assert.equal(typeof one[name] === 'function', is === '(', name);
        const error = new DoorwardError(400, {});
        assert.deepEqual(declared('DoorwardError').map(([, n]) => n).sort(),
            ['constructor', ...own(error).filter((n) => !['name', 'stack',
                'message'].includes(n))].sort());
    });
