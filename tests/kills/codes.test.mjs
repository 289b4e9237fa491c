// The races of a site that mails codes, takes each SOTT once, and lets three
// wrong passwords pass.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AUTH, address, call, granted, login, mail, mails, password, refused,
    register, sott } from '../http/api.mjs';
import { audits, clock, codeOf, nextMail, number, oneOf, times, uidOf,
    visitor } from './kills.mjs';

const next = 'violet-harbour-88';
const verify = (email, otp) => call('PUT', `${AUTH}/email`,
    { json: { email, otp } });

async function person() {
    const p = await register();
    granted(p.answer);
    granted(await verify(p.email, codeOf(await mail(p.email))));
    return p;
}

const resetCode = async (p) => codeOf(await nextMail(p.email, async () =>
    granted(await call('POST', `${AUTH}/password`,
        { json: { email: p.email } }))));

// A code has five tries, right or wrong: so have 50 callers.
test('S-030, S-032: 50 uses of one reset code: one success', async () => {
    const p = await person();
    const otp = await resetCode(p);
    const words = Array.from({ length: 50 }, (_, i) => `${next}-${i}`);
    const all = await times(50, (i) => call('PUT', `${AUTH}/password/reset`,
        { json: { email: p.email, otp, password: words[i] } }));
    const won = oneOf(all, [1185, 1186]);
    granted(await login(p, words[all.indexOf(won)]));
    assert.equal(audits(p.email, 'password_reset'), 1);
});

test('S-030: 50 uses of one code by the verification page: one success',
    async () => {
        const p = await register();
        granted(p.answer);
        const code = codeOf(await mail(p.email));
        const forms = await times(50, () => visitor().open('/verify'));
        const all = await Promise.all(forms.map((send) =>
            send({ email: p.email, code })));
        assert.equal(all.filter((a) => a.status === 303).length, 1);
        assert.ok(all.every((a) => [303, 403].includes(a.status)),
            all.map((a) => a.status).join());
        assert.equal(audits(p.email, 'email_verified'), 1);
    });

test('S-030: 50 uses of one code by the reset page: one success',
    async () => {
        const p = await person();
        const code = await resetCode(p);
        const words = Array.from({ length: 50 }, (_, i) => `${next}-${i}`);
        const forms = await times(50, () => visitor().open('/reset'));
        const all = await Promise.all(forms.map((send, i) => send({
            identifier: p.email, code, new_password: words[i] })));
        const won = all.findIndex((a) => a.status === 303);
        assert.equal(all.filter((a) => a.status === 303).length, 1);
        assert.ok(all.every((a) => [303, 403].includes(a.status)),
            all.map((a) => a.status).join());
        granted(await login(p, words[won]));
        assert.equal(audits(p.email, 'password_reset'), 1);
    });

test('S-032: 100 wrong codes at once: five comparisons, then not the right one',
    async () => {
        const p = await register();
        granted(p.answer);
        const code = codeOf(await mail(p.email));
        const bad = code === '000000' ? '111111' : '000000';
        const all = await times(100, () => verify(p.email, bad));
        for (const a of all)
            refused(a, 1185, 403);
        assert.equal(number(`SELECT tries FROM dw_ticket WHERE purpose = 1
            AND uid = UNHEX('${uidOf(p.email)}')`), 5);
        refused(await verify(p.email, code), 1185, 403);
    });

test('S-042: 20 uses of one SOTT that counts once: one registration',
    async () => {
        const secret = await sott();
        const people = Array.from({ length: 20 }, () => address());
        const all = await Promise.all(people.map((email) => call('POST',
            `${AUTH}/register`, { headers: { 'X-Doorward-Sott': secret },
                json: { Email: [{ Type: 'Primary', Value: email }],
                    Password: password } })));
        oneOf(all, [1049]);
        const made = people.filter((email) => uidOf(email));
        assert.deepEqual(made, [people[all.findIndex((a) =>
            a.status === 200)]]);
        await mail(made[0]);
        for (const email of people)
            assert.equal((await mails(email)).length,
                email === made[0] ? 1 : 0);
    });

test('S-021: three may fail, 20 right passwords at once: 20 sessions',
    async () => {
        const p = await person();
        for (let round = 0; round < 3; round++) {
            const all = await times(20, () => login(p));
            for (const a of all)
                granted(a);
            assert.equal(new Set(all.map((a) => a.json.access_token)).size,
                20);
        }
        assert.equal(audits(p.email, 'login'), 60);
        granted(await login(p));
    });

test('S-021: three may fail: 50 wrong ones at once are three comparisons',
    async () => {
        const p = await person();
        const all = await times(50, () => login(p, 'not-my-password'));
        assert.equal(all.filter((a) => a.json.ErrorCode === 966).length, 3);
        assert.equal(all.filter((a) => a.json.ErrorCode === 1198).length, 47,
            [...new Set(all.map((a) => a.json.ErrorCode))].join());
        assert.equal(audits(p.email, 'login_refused'), 3);
    });

test('S-144: an hour back revives no used code, and no tries', async () => {
    const p = await register(), q = await register();
    const code = codeOf(await mail(p.email));
    const other = codeOf(await mail(q.email));
    const bad = other === '000000' ? '111111' : '000000';
    granted(await verify(p.email, code));
    for (let i = 0; i < 5; i++)
        refused(await verify(q.email, bad), 1185, 403);
    clock(-3600);
    refused(await verify(p.email, code), 1186, 403);
    refused(await verify(q.email, other), 1185, 403);
    clock(0);
});

test('S-144, S-031: a code ends at its second, no sooner', async () => {
    for (const [shift, alive] of [[-3, true], [0, false]]) {
        const p = await register();
        const code = codeOf(await mail(p.email));
        const end = number(`SELECT expires_s FROM dw_ticket
            WHERE purpose = 1 AND uid = UNHEX('${uidOf(p.email)}')`);
        clock(end + shift - Math.floor(Date.now() / 1000));
        const a = await verify(p.email, code);
        clock(0);
        if (alive)
            granted(a);
        else
            refused(a, 1187, 403);
    }
});
