// 50 callers at once of everything that can be had once, and bursts of
// passwords.  What the tests of tests/http race already is not repeated.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AUTH, address, call, granted, login, mail, mails, password, person,
    refused, register, signedIn, sott, source } from '../http/api.mjs';
import { audits, nextMail, number, oneOf, sql, times, uidOf, until,
    visitor } from './kills.mjs';

const N = 50;
const next = 'violet-harbour-88';
const forgot = (email) => call('POST', `${AUTH}/password`,
    { json: { email } });

test('S-030: 50 uses of one verification link, by API and page, one success',
    async () => {
        const p = await register();
        granted(p.answer);
        const { token } = await mail(p.email);
        const forms = await times(N / 2, () =>
            visitor().open(`/verify?vtoken=${token}`));
        const all = await times(N, (i) => i % 2 ?
            call('GET', `${AUTH}/email`,
                { query: { verificationtoken: token } }) :
            forms[i / 2]({ vtoken: token }));
        const pages = all.filter((a, i) => i % 2 === 0);
        const api = all.filter((a, i) => i % 2);
        const won = pages.filter((a) => a.status === 303).length +
            api.filter((a) => a.status === 200).length;
        assert.equal(won, 1);
        assert.ok(pages.every((a) => [303, 403].includes(a.status)),
            pages.map((a) => a.status).join());
        assert.ok(api.every((a) => a.status === 200 ||
            a.json.ErrorCode === 974), api.map((a) => a.text).join());
        assert.equal(audits(p.email, 'email_verified'), 1);
        granted(await login(p));
    });

test('S-030: 50 uses of one reset link, by API and page, one success',
    async () => {
        const p = await person();
        const { token } = await nextMail(p.email, () => forgot(p.email));
        const words = Array.from({ length: N }, (_, i) => `${next}-${i}`);
        const forms = await times(N / 2, () =>
            visitor().open(`/reset?vtoken=${token}`));
        const all = await times(N, (i) => i % 2 ?
            call('PUT', `${AUTH}/password/reset`,
                { json: { resettoken: token, password: words[i] } }) :
            forms[i / 2]({ vtoken: token, new_password: words[i] }));
        const won = [];
        all.forEach((a, i) => {
            if (a.status === (i % 2 ? 200 : 303))
                won.push(words[i]);
            else if (i % 2)
                assert.equal(a.json?.ErrorCode, 974, a.text);
            else
                assert.equal(a.status, 403, a.text);
        });
        assert.equal(won.length, 1);
        granted(await login(p, won[0]));
        assert.equal(audits(p.email, 'password_reset'), 1);
        assert.equal(number(`SELECT COUNT(*) FROM dw_password_history
            WHERE uid = UNHEX('${uidOf(p.email)}')`), 1);
    });

test('S-030: 50 endings of one token end it once', async () => {
    const p = await signedIn();
    const all = await times(N, () => call('GET',
        `${AUTH}/access_token/invalidate`, { token: p.token }));
    for (const a of all)    // again without complaint (S-093)
        granted(a);
    assert.equal(number(`SELECT COUNT(*) FROM dw_audit
        WHERE uid = UNHEX('${uidOf(p.email)}') AND event NOT IN
        ('account_created', 'registered', 'verification_sent',
        'email_verified', 'login')`), 1);
    refused(await call('GET', `${AUTH}/access_token/validate`,
        { token: p.token }), 905, 403);
});

test('S-137: 50 accounts want one user name: one has it', async () => {
    const name = `n${address().slice(1, 13)}`;
    const people = [];
    for (let i = 0; i < 5; i++)    // ten at a time
        people.push(...await times(10, () => signedIn()));
    const all = await Promise.all(people.map((p) => call('PUT',
        `${AUTH}/username`, { token: p.token, json: { username: name } })));
    oneOf(all, [1017]);
    const owner = people[all.findIndex((a) => a.status === 200)];
    assert.deepEqual(sql(`SELECT HEX(uid) FROM dw_identifier
        WHERE kind = 2 AND canonical = '${name}'`).map(([u]) =>
        u.toLowerCase()), [uidOf(owner.email)]);
    granted(await call('POST', `${AUTH}/login`,
        { json: { username: name, password } }));
});

test('S-137: 50 registrations of one address, by API and page: one account',
    async () => {
        const email = address();
        const secret = await sott();
        const forms = await times(N / 2, () => visitor().open('/signup'));
        const all = await times(N, (i) => i % 2 ?
            call('POST', `${AUTH}/register`, {
                headers: { 'X-Doorward-Sott': secret },
                json: { Email: [{ Type: 'Primary', Value: email }],
                    Password: password } }) :
            forms[i / 2]({ email, new_password: password }));
        assert.ok(all.every((a) => a.status === 200),
            all.map((a) => a.text).join());
        assert.equal(number(`SELECT COUNT(*) FROM dw_identifier
            WHERE kind = 1 AND canonical = '${email}'`), 1);
        assert.equal(audits(email, 'registered'), 1);
        assert.equal(number(`SELECT COUNT(*) FROM dw_account AS a
            LEFT JOIN dw_identifier AS i ON i.uid = a.uid
            WHERE i.uid IS NULL`), 0);
        await mail(email);
        await until('the outbox is empty', () => number(`SELECT COUNT(*)
            FROM dw_outbox`) === 0);
        assert.equal((await mails(email)).length, 1);
    });

test('S-030: 50 changes of one password from the same old one: one is made',
    async () => {
        const p = await signedIn();
        const others = await times(4, () => login(p));
        const tokens = [p.token, ...others.map((a) =>
            granted(a).access_token)];
        const words = Array.from({ length: N }, (_, i) => `${next}-${i}`);
        const all = await times(N, (i) => call('PUT',
            `${AUTH}/password/change`, { from: p.from,
                token: tokens[i % tokens.length],
                json: { oldpassword: password, newpassword: words[i] } }));
        // Who comes late has a session that ended, or the old password is
        // the old one no more, until that was wrong too often.
        oneOf(all, [967, 905, 1198]);
        assert.equal(audits(p.email, 'password_changed'), 1);
        assert.equal(number(`SELECT COUNT(*) FROM dw_password_history
            WHERE uid = UNHEX('${uidOf(p.email)}')`), 1);
        await mail(p.email, 2);
        await until('the outbox is empty', () => number(`SELECT COUNT(*)
            FROM dw_outbox`) === 0);
        assert.equal((await mails(p.email)).filter((m) =>
            !m.token).length, 1);
    });

const judged = (email, since) => number(`SELECT COUNT(*) FROM dw_audit
    WHERE uid = UNHEX('${uidOf(email)}') AND event = 'login_refused'
    AND detail = 'wrong password'`) - since;

test('S-021: 200 wrong passwords at once: exactly 10 comparisons',
    async () => {
        const p = await person();
        const all = await times(200, () => login({ email: p.email },
            'not-my-password'));
        assert.equal(all.filter((a) => a.json.ErrorCode === 966).length, 10);
        assert.equal(all.filter((a) => a.json.ErrorCode === 1198).length,
            190, [...new Set(all.map((a) => a.json.ErrorCode))].join());
        assert.equal(judged(p.email, 0), 10);
        refused(await login(p), 1198);
    });

test('S-021: 200 wrong passwords of a stranger: exactly 10 comparisons',
    async () => {
        const email = address();
        const before = number(`SELECT COUNT(*) FROM dw_audit
            WHERE event = 'login_refused' AND detail = 'unknown'`);
        const all = await times(200, () => login({ email }, 'x'));
        assert.equal(all.filter((a) => a.json.ErrorCode === 966).length, 10);
        assert.equal(all.filter((a) => a.json.ErrorCode === 1198).length,
            190);
        assert.equal(number(`SELECT COUNT(*) FROM dw_audit
            WHERE event = 'login_refused' AND detail = 'unknown'`) - before,
        10);
    });

test('S-021: right passwords among wrong ones: each counted once',
    async () => {
        for (let round = 0; round < 3; round++) {
            const p = await person();
            const all = await times(60, (i) => login({ email: p.email,
                from: source() }, i % 3 ? password : 'not-my-password'));
            const right = all.filter((a, i) => i % 3);
            const wrong = all.filter((a, i) => i % 3 === 0);
            const count = (list, code) => list.filter((a) =>
                (a.json.ErrorCode ?? 200) === code).length;
            // A right one forgets the wrong ones before it (S-021), so how
            // many of either are refused depends on their order; that each
            // answer is what was judged does not.
            assert.equal(count(right, 200) + count(right, 1198), 40,
                right.map((a) => a.text).join());
            assert.equal(count(wrong, 966) + count(wrong, 1198), 20,
                wrong.map((a) => a.text).join());
            assert.equal(audits(p.email, 'login'), count(right, 200));
            assert.equal(judged(p.email, 0), count(wrong, 966));
            assert.equal(number(`SELECT COUNT(*) FROM dw_session
                WHERE uid = UNHEX('${uidOf(p.email)}')`), count(right, 200));
            assert.equal(number(`SELECT logins FROM dw_account
                WHERE uid = UNHEX('${uidOf(p.email)}')`), count(right, 200));
        }
    });
