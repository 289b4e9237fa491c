// S-144: the clock jumps an hour back and an hour ahead in each flow.  The
// processes have a zone of their own, with the change-over nights of central
// Europe: nothing may come from local time.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { AUTH, address, call, granted, login, mail, password, person,
    refused, register, signedIn, sott, time } from '../http/api.mjs';
import { audits, clock, nextMail, number, sql, uidOf, visitor } from
    './kills.mjs';

const HOUR = 3600;
const next = 'violet-harbour-88';
after(() => clock(0));

// The processes see this moment, of Unix time.
const goTo = (at_s) => clock(at_s - Math.floor(Date.now() / 1000));
const flow = (name, run) => test(`S-144: ${name}`, async () => {
    clock(0);
    await run();
    clock(0);
});

const verify = (verificationtoken) => call('GET', `${AUTH}/email`,
    { query: { verificationtoken } });
const forgot = (p) => call('POST', `${AUTH}/password`,
    { json: { email: p.email } });
const reset = (resettoken, word = next) => call('PUT',
    `${AUTH}/password/reset`, { json: { resettoken, password: word } });
const change = (token, oldpassword, newpassword) => call('PUT',
    `${AUTH}/password/change`, { token, json: { oldpassword, newpassword } });
const validate = (token) => call('GET', `${AUTH}/access_token/validate`,
    { token });
const invalidate = (token) => call('GET', `${AUTH}/access_token/invalidate`,
    { token });
const ticketEnd = (p, purpose) => number(`SELECT MAX(expires_s)
    FROM dw_ticket WHERE purpose = ${purpose}
    AND uid = UNHEX('${uidOf(p.email)}')`);
const sessionEnd = (p) => number(`SELECT MAX(expires_s) FROM dw_session
    WHERE uid = UNHEX('${uidOf(p.email)}')`);
async function resetLink(p) {
    return (await nextMail(p.email, async () => granted(await forgot(p))))
        .token;
}

// ---- back ----

flow('an hour back: a used link of verification stays used', async () => {
    const p = await register();
    const { token } = await mail(p.email);
    granted(await verify(token));
    clock(-HOUR);
    refused(await verify(token), 974, 403);
    assert.equal(audits(p.email, 'email_verified'), 1);
});

flow('an hour back: a used link of reset stays used', async () => {
    const p = await person();
    const token = await resetLink(p);
    granted(await reset(token));
    clock(-HOUR);
    refused(await reset(token, 'amber-lantern-93'), 974, 403);
    granted(await login(p, next));
});

flow('an hour back: links that wait can be used, and once', async () => {
    const p = await register(), q = await person();
    const link = (await mail(p.email)).token, other = await resetLink(q);
    clock(-HOUR);
    granted(await verify(link));
    granted(await reset(other));
    refused(await verify(link), 974, 403);
    refused(await reset(other), 974, 403);
    clock(0);
    refused(await verify(link), 974, 403);
    refused(await reset(other), 974, 403);
    granted(await login(p));
    granted(await login(q, next));
});

flow('an hour back: a link that a newer one replaced stays dead', async () => {
    const p = await person();
    const old = await resetLink(p);
    clock(-HOUR);
    const young = await resetLink(p);
    refused(await reset(old), 1063, 403);
    granted(await reset(young));
});

flow('an hour back: a session goes on, an ended one stays ended', async () => {
    const p = await signedIn(), q = await signedIn();
    granted(await invalidate(q.token));
    clock(-HOUR);
    granted(await validate(p.token));
    granted(await call('PUT', `${AUTH}/account`, { token: p.token,
        json: { FirstName: 'Mira' } }));
    refused(await validate(q.token), 905);
    granted(await invalidate(p.token));
    clock(0);
    refused(await validate(p.token), 905);
});

flow('an hour back: sessions that a change of the password ended stay ended',
    async () => {
        const p = await signedIn();
        const other = granted(await login(p)).access_token;
        granted(await change(p.token, password, next));
        clock(-HOUR);
        refused(await validate(other), 905);
        refused(await login(p), 966, 401);
        granted(await login(p, next));
    });

flow('an hour back: a suspension stays', async () => {
    const p = await person();
    for (let i = 0; i < 10; i++)
        refused(await login({ email: p.email }, 'wrong-one'), 966, 401);
    refused(await login({ email: p.email }), 1198);
    clock(-HOUR);
    refused(await login({ email: p.email }), 1198);
});

flow('an hour back: failures stay counted', async () => {
    const p = await person();
    for (let i = 0; i < 6; i++)
        refused(await login({ email: p.email }, 'wrong-one'), 966, 401);
    clock(-HOUR);
    for (let i = 0; i < 4; i++)
        refused(await login({ email: p.email }, 'wrong-one'), 966, 401);
    refused(await login({ email: p.email }), 1198);
});

flow('an hour back: a source\'s limit stays', async () => {
    const p = await signedIn();
    const ask = () => call('GET', `${AUTH}/email`,
        { from: p.from, query: { email: address() } });
    let n = 0;
    while ((await ask()).status === 200)
        assert.ok(++n <= 60);
    const limited = await ask();
    assert.ok(limited.status === 429 || limited.status === 403,
        limited.text);
    clock(-HOUR);
    refused(await ask(), limited.json.ErrorCode);
});

flow('an hour back: old passwords stay known, and in order', async () => {
    const p = await signedIn();
    granted(await change(p.token, password, next));
    clock(-HOUR);
    const { access_token: token } = granted(await login(p, next));
    granted(await change(token, next, 'amber-lantern-93'));
    for (const old of [password, next, 'amber-lantern-93'])
        refused(await change(token, 'amber-lantern-93', old), 1015);
});

flow('an hour back: a SOTT of later is refused, a new one taken', async () => {
    const late = await sott();
    clock(-HOUR);
    const json = { Email: [{ Type: 'Primary', Value: address() }],
        Password: password };
    refused(await call('POST', `${AUTH}/register`, {
        headers: { 'X-Doorward-Sott': late }, json }), 1049, 403);
    granted(await call('POST', `${AUTH}/register`, {
        headers: { 'X-Doorward-Sott': await sott() }, json }));
});

flow('an hour back: a form of later is shown again, and then good',
    async () => {
        const p = await person(), v = visitor();
        const send = await v.open('/login');
        clock(-HOUR);
        const form = { identifier: p.email, password };
        const a = await send(form);
        assert.equal(a.status, 403);
        assert.equal((await v.post('/login', { ...form,
            form_token: a.token })).status, 303);
        assert.equal((await v.get('/account')).status, 200);
        clock(-60);    // 59 minutes later
        assert.equal((await v.get('/account')).status, 200);
        assert.equal((await v.visit('/logout', {})).status, 303);
        clock(-HOUR);
        assert.notEqual((await v.get('/account')).status, 200);
    });

flow('an hour back: who signs up again within it has one account',
    async () => {
        const p = await register();
        await mail(p.email);
        clock(-HOUR);
        granted((await register({ email: p.email })).answer);
        assert.equal(audits(p.email, 'registered'), 1);
    });

// ---- ahead ----

flow('an access token ends at its second, no sooner', async () => {
    const p = await signedIn();
    const end = sessionEnd(p);
    goTo(end - 3);
    granted(await validate(p.token));
    goTo(end);
    refused(await validate(p.token), 906, 403);
    clock(HOUR);
    refused(await validate(p.token), 906, 403);
    granted(await login(p));
});

flow('a link of reset ends at its second, an hour on', async () => {
    for (const [shift, alive] of [[-3, true], [0, false]]) {
        clock(0);
        const p = await person();
        const token = await resetLink(p);
        const end = ticketEnd(p, 2);
        goTo(end + shift);
        const a = await reset(token);
        if (alive)
            granted(a);
        else
            refused(a, 975, 403);
    }
});

flow('a link of verification outlives an hour, ends after a day', async () => {
    const p = await register(), q = await register();
    const link = (await mail(p.email)).token;
    const other = (await mail(q.email)).token;
    clock(HOUR);
    granted(await verify(link));
    granted(await login(p));
    goTo(ticketEnd(q, 1));
    refused(await verify(other), 975, 403);
});

flow('an hour ahead: a used link stays used, not expired', async () => {
    const p = await person();
    const token = await resetLink(p);
    granted(await reset(token));
    clock(2 * HOUR);
    refused(await reset(token), 974, 403);
});

flow('an hour ahead: suspension and failures are over', async () => {
    const p = await person(), q = await person();
    for (let i = 0; i < 10; i++)
        await login({ email: p.email }, 'wrong-one');
    for (let i = 0; i < 9; i++)
        await login({ email: q.email }, 'wrong-one');
    refused(await login({ email: p.email }), 1198);
    clock(HOUR);
    granted(await login({ email: p.email }));
    refused(await login({ email: q.email }, 'wrong-one'), 966, 401);
    granted(await login({ email: q.email }));
});

flow('an hour ahead: a page left alone ends, one that is kept does not',
    async () => {
        const p = await person();
        const idle = visitor(), kept = visitor();
        assert.equal((await idle.visit('/login', { identifier: p.email,
            password })).status, 303);
        assert.equal((await kept.visit('/login', { identifier: p.email,
            password, remember: 'yes' })).status, 303);
        clock(HOUR - 60);
        assert.equal((await kept.get('/account')).status, 200);
        clock(HOUR + 1);
        assert.notEqual((await idle.get('/account')).status, 200);
        assert.equal((await kept.get('/account')).status, 200);
    });

flow('an hour ahead: an open form is still good', async () => {
    const p = await person(), v = visitor();
    const send = await v.open('/login');
    clock(HOUR);
    assert.equal((await send({ identifier: p.email, password })).status, 303);
});

flow('an hour ahead: a SOTT is over, with its tolerance', async () => {
    const old = await sott(), email = address();
    const json = { Email: [{ Type: 'Primary', Value: email }],
        Password: password };
    clock(HOUR + 301);
    refused(await call('POST', `${AUTH}/register`, {
        headers: { 'X-Doorward-Sott': old }, json }), 1049, 403);
    granted(await call('POST', `${AUTH}/register`, {
        headers: { 'X-Doorward-Sott': await sott() }, json }));
});

flow('an hour ahead: password, profile and name are what they were',
    async () => {
        const p = await signedIn({ body: { FirstName: 'Mira',
            UserName: `u${address().slice(1, 12)}` } });
        const before = granted(await call('GET', `${AUTH}/account`,
            { token: p.token }));
        clock(HOUR);
        const { access_token: token } = granted(await login(p));
        const now = granted(await call('GET', `${AUTH}/account`, { token }));
        for (const name of ['Uid', 'FirstName', 'UserName', 'CreatedDate',
            'EmailVerified', 'Email'])
            assert.deepEqual(now[name], before[name], name);
        granted(await change(token, password, next));
        refused(await change(token, next, password), 1015);
    });

// ---- nights ----

// One o'clock UTC on the last Sunday of a month to come.
function night(month) {
    const now = new Date();
    const year = now.getUTCFullYear() + (now.getUTCMonth() >= month - 1);
    const day = new Date(Date.UTC(year, month, 0, 1));
    day.setUTCDate(day.getUTCDate() - day.getUTCDay());
    return day.getTime() / 1000;
}
for (const [name, month] of [['spring', 3], ['autumn', 10]])
    flow(`lives have their length in the change-over night of ${name}`,
        async () => {
            const at = night(month);
            goTo(at - 300);
            const p = await signedIn();
            const [[made, ends]] = sql(`SELECT created_s, expires_s
                FROM dw_session WHERE uid = UNHEX('${uidOf(p.email)}')`);
            assert.equal(ends - made, 900);
            assert.ok(Math.abs(made - at + 300) < 20, `${made} ${at}`);
            const date = granted(await call('GET', `${AUTH}/account`,
                { token: p.token })).CreatedDate;
            assert.match(date, time);
            assert.ok(Math.abs(Date.parse(date) / 1000 - at + 300) < 20,
                date);
            const token = await resetLink(p);
            const end = ticketEnd(p, 2);
            assert.ok(Math.abs(end - at + 300 - HOUR) < 20);
            goTo(Number(ends) - 3);
            granted(await validate(p.token));
            goTo(Number(ends));
            refused(await validate(p.token), 906, 403);
            goTo(end - 3);
            granted(await reset(token));
        });
