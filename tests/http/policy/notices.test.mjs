// What the owner of an account is told of its password, and by which words.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, before, test } from 'node:test';
import { AUTH, call, granted, login, mail, mails, person, refused, register,
    signedIn } from '../api.mjs';
import { change, code, forgot, good, resetBy, settings, userName }
    from './site.mjs';

// The site's own variants of two mails: NAME.short.mail.
const own = join(process.env.DOORWARD_SITE, 'etc/templates');
const OWN = { 'templates.site_dir': own };
before(() => {
    mkdirSync(own, { recursive: true });
    chmodSync(own, 0o755);
    for (const name of ['password-changed', 'welcome'])
        writeFileSync(join(own, `${name}.short.mail`), readFileSync(new URL(
            `../../../templates/${name}.mail`, import.meta.url), 'utf8')
            .replace(/^Subject: .*/, `Subject: Short ${name}`));
});
afterEach(() => settings());

const subjects = async (p) => (await mails(p.email)).map((m) => m.subject);
const CHANGED = /^Your password at .* was changed$/;

// Resets by the secret of the n-th mail; answers when all that it causes, up
// to a mail of that subject, is there.
async function reset(p, body, wanted) {
    const n = (await mails(p.email)).length;
    granted(await (p.byName ? call('POST', `${AUTH}/password`,
        { json: { username: p.username } }) : forgot(p)));
    const m = await mail(p.email, n + 1);
    const secret = m.token ? { resettoken: m.token } : { otp: code(m),
        ...p.byName ? { username: p.username } : { email: p.email } };
    granted(await resetBy({ ...secret, password: good, ...body }));
    const all = [];
    for (let i = 0; i < wanted; i++)
        all.push(await mail(p.email, n + 2 + i));
    return all;
}

for (const [name, more, byName] of [['W3', {}, false],
    ['W4', { 'password.reset_by': 'code' }, false],
    ['W5', { 'password.reset_by': 'code' }, true]])
    test(`${name}: a confirmation always, in the words that are named`,
        async () => {
            const username = userName();
            const p = { ...await person({ body: { UserName: username } }),
                username, byName };
            settings({ ...OWN, ...more });
            const [plain] = await reset(p, {}, 1);
            assert.match(plain.subject, CHANGED);
            assert.doesNotMatch(plain.text, /vtoken|[?&]otp/);
            const [short] = await reset(p, { password: `${good}x`,
                resetpasswordemailtemplate: 'short' }, 1);
            assert.equal(short.subject, 'Short password-changed');
            const [unknown] = await reset(p, { password: `${good}xx`,
                resetpasswordemailtemplate: 'no-such' }, 1);
            assert.match(unknown.subject, CHANGED);
            assert.equal((await subjects(p)).filter((s) => /welcome/i
                .test(s)).length, 0);
        });

test('W3: welcome with the first proof, if it is named', async () => {
    settings(OWN);
    const p = await register();
    granted(p.answer);
    await mail(p.email);
    const both = await reset(p, { welcomeemailtemplate: 'short' }, 2);
    assert.ok(both.some((m) => m.subject === 'Short welcome'));
    assert.ok(both.some((m) => CHANGED.test(m.subject)));
    await reset(p, { password: `${good}x`, welcomeemailtemplate: 'short' },
        1);
    const unnamed = await register();
    granted(unnamed.answer);
    await mail(unnamed.email);
    await reset(unnamed, {}, 1);
    // A further mail would have come before the next one does.
    for (const q of [p, unnamed]) {
        granted(await forgot(q));
        const n = (await mails(q.email)).length;
        await mail(q.email, Math.max(n, q === p ? 7 : 4));
    }
    assert.equal((await subjects(p)).filter((s) => s === 'Short welcome')
        .length, 1);
    assert.equal((await subjects(unnamed)).filter((s) => /welcome/i.test(s))
        .length, 0);
});

test('W10, A2: the owner is told, and nobody of a refusal (S-050)',
    async () => {
        const p = await signedIn();
        const n = (await mails(p.email)).length;
        refused(await change(p, good, 'wrong-one-1'), 967, 401);
        granted(await change(p, good));
        const m = await mail(p.email, n + 1);
        assert.match(m.subject, CHANGED);
        assert.doesNotMatch(m.text, /vtoken|[?&]otp/);
        assert.equal((await mails(p.email)).length, n + 1);
    });

test('a change keeps its own session and ends the others (S-007)',
    async () => {
        const p = await signedIn();
        const other = granted(await login(p));
        granted(await forgot(p));
        granted(await change(p, good));
        granted(await call('GET', `${AUTH}/account`, { token: p.token }));
        refused(await call('GET', `${AUTH}/account`,
            { token: other.access_token }), 905, 403);
        const { token } = (await mails(p.email)).find((m) => m.token &&
            /new password/.test(m.subject));
        refused(await resetBy({ resettoken: token, password: `${good}x` }),
            1063, 403);
    });
