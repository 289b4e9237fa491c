// What may stand in the way of a link or a code: the gate, locks, captchas,
// and families that are off.  These change the site's settings.
import assert from 'node:assert/strict';
import { randomUUID, webcrypto } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { after, test } from 'node:test';
import { solveChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import { AUTH, address, call, granted, login, mail, mails, password, person,
    phone, refused, register, smsCode, sott, source, texts } from '../api.mjs';
import { configure, form, forms, go, option } from '../consent/site.mjs';

globalThis.crypto ??= webcrypto;
const BASE = `${AUTH}/login/passwordlesslogin`;
const usual = { 'privacy.mode': 'off', 'privacy.versions': '1.0@2020-01-01',
    'consent.file': 'consent.json', 'pin.enabled': 'no',
    'pin.required': 'yes', 'pin.ask_on_login': 'yes',
    'compat.reveal_account_existence': 'no', 'captcha.provider': 'off',
    'captcha.on': '', 'captcha.altcha_tries': '100', 'login.lock': 'suspend',
    'login.phone': 'yes', 'login.username': 'yes',
    'login.drop_unverified_credentials': 'yes', 'questions.enabled': 'yes',
    'questions.list': 'school=What was your first school called?',
    'questions.count': '1', 'passwordless.email': 'link',
    'passwordless.phone': 'yes', 'one_touch.email': 'link',
    'one_touch.phone': 'yes', 'one_touch.create': 'yes',
    'one_touch.number': 'yes', 'sms.voice': 'yes',
    'sms.site_per_day': '100000', 'registration.deny_addresses': '',
    'registration.deny_domains': '', 'registration.enabled': 'yes',
    'one_touch.same_address': 'yes' };
const calm = () => { forms(); configure(usual); };
// One test with settings of its own.
const under = (name, settings, fn) => test(name, async () => {
    calm();
    configure(settings);
    try {
        await fn();
    } finally {
        calm();
    }
});
after(calm);

const ask = (query, options) => call('GET', `${BASE}/email`,
    { query, ...options });
const enter = (token) => call('GET', `${BASE}/email/verify`, { query: {
    verificationtoken: token } });
const askSms = (number, query = {}) => call('GET', `${BASE}/otp`,
    { query: { phone: number, ...query } });
const enterCode = (json) => call('PUT', `${BASE}/otp/verify`, { json });
const touch = (json) => call('POST', `${AUTH}/onetouchlogin/email`,
    { json: { clientguid: randomUUID(), ...json } });
const touchSms = (json, options) => call('POST',
    `${AUTH}/onetouchlogin/phone`, { json, ...options });
const touchCode = (json) => call('PUT',
    `${AUTH}/onetouchlogin/phone/verify`, { json });
async function numbered() {
    const number = phone();
    granted(await call('POST', `${AUTH}/register`, {
        headers: { 'X-Doorward-Sott': await sott() },
        json: { PhoneId: number, Password: password } }));
    granted(await call('PUT', `${AUTH}/phone/otp`, { json: { phone: number,
        otp: await smsCode(number) } }));
    return number;
}
async function solved(operation) {
    const challenge = granted(await call('GET', '/altcha',
        { query: { operation } }));
    const solution = await solveChallenge({ challenge, deriveKey });
    return Buffer.from(JSON.stringify({ challenge, solution }))
        .toString('base64');
}

// ---- the one gate ----

// Each way in, up to its last call; what stands there is what it answers.
async function ways() {
    const p = await person(), number = await numbered(), fresh = phone();
    granted(await ask({ email: p.email }));
    granted(await askSms(number));
    granted(await touchSms({ phone: fresh }));
    const clientguid = randomUUID(), from = source(), email = address();
    const { Number: shown } = granted(await call('POST',
        `${AUTH}/onetouchlogin/email`, { from, json: { clientguid,
            email } })).Data;
    granted(await call('GET', `${AUTH}/email/onetouchlogin`, { query: {
        verificationtoken: (await mail(email)).token, number: shown } }));
    const link = (await mail(p.email, 2)).token;
    const codes = [await smsCode(number, 2), await smsCode(fresh)];
    return {
        LG12: () => enter(link),
        LG16: () => enterCode({ phone: number, otp: codes[0] }),
        LG19: () => touchCode({ phone: fresh, otp: codes[1] }),
        LG25: () => ping(clientguid, from)
    };
}
// As often as it may ask.
async function ping(clientguid, from) {
    for (let i = 0; i < 30; i++) {
        const a = await call('GET', `${AUTH}/login/smartlogin/ping`,
            { query: { clientguid }, from });
        if (a.status !== 429)
            return a;
        await new Promise((done) => setTimeout(done, 100));
    }
    assert.fail('429 all the time');
}

for (const [name, settings, code] of [
    ['policy', { 'privacy.mode': 'strict' }, 1194],
    ['consents', {}, 1226],
    ['PIN', { 'pin.enabled': 'yes' }, 1243]])
    test(`every way stops at the one gate: ${name}`, async () => {
        calm();
        const all = await ways();
        try {
            configure(settings);
            if (name === 'consents')
                forms(form('Login', 1, [option('news', true)]));
            for (const [id, last] of Object.entries(all)) {
                const a = await last();
                assert.equal(a.json.ErrorCode, code, `${id}: ${a.text}`);
                assert.notDeepEqual(a.json.Data ?? {}, {}, id);
                assert.ok([1062, 1068, 1140].includes(
                    (await last()).json.ErrorCode), id);
            }
        } finally {
            calm();
        }
    });

under('a sign-in that stopped for the policy goes on',
    { 'privacy.mode': 'strict' }, async () => {
        const p = await register({ body: { AcceptPrivacyPolicy: true } });
        granted(await ask({ email: p.email }));
        const a = await enter((await mail(p.email, 2)).token);
        refused(a, 1194, 403);
        granted(await call('POST', `${AUTH}/privacypolicy/accept`,
            { token: a.json.Data.access_token }));
        granted(await call('GET', `${AUTH}/account`,
            { token: a.json.Data.access_token }));
    });

under('login.drop_unverified_credentials = no keeps what is older',
    { 'login.drop_unverified_credentials': 'no' }, async () => {
        const p = await register({ body: { FirstName: 'Mira' } });
        granted(await ask({ email: p.email }));
        const { Profile } = granted(await enter((await mail(p.email, 2))
            .token));
        assert.equal(Profile.FirstName, 'Mira');
        granted(await login(p));
    });

// ---- locks ----

async function locked(number) {
    for (let i = 0; i < 10; i++)
        await enterCode({ phone: number, otp: '12x' });
}

under('a lock that asks for a captcha opens by it',
    { 'login.lock': 'captcha', 'captcha.provider': 'altcha' }, async () => {
        const number = await numbered();
        granted(await askSms(number));
        const otp = await smsCode(number, 2);
        await locked(number);
        refused(await enterCode({ phone: number, otp }), 1132, 403);
        refused(await enterCode({ phone: number, otp, altcha: 'x' }), 982);
        granted(await enterCode({ phone: number, otp,
            altcha: await solved('login') }));
    });

under('a lock that asks for answers: 1148, 1094, 1091',
    { 'login.lock': 'question' }, async () => {
        const number = await numbered();
        await locked(number);
        const by = (securityanswer) => enterCode({ phone: number,
            otp: '123456', securityanswer });
        refused(await by(undefined), 1148, 403);
        refused(await by({ school: 'x' }), 1094, 403);
        refused(await by({ none: 'x' }), 1091, 403);
        const fresh = phone();
        granted(await touchSms({ phone: fresh }));
        for (let i = 0; i < 10; i++)
            await touchCode({ phone: fresh, otp: '12x' });
        refused(await touchCode({ phone: fresh, otp: '123456' }), 1148, 403);
    });

under('a lock that blocks: 991', { 'login.lock': 'block' }, async () => {
    const number = phone();
    await locked(number);
    refused(await enterCode({ phone: number, otp: '123456' }), 991, 403);
});

// ---- captchas ----

under('captchas: as listed, and of one-touch while it makes accounts',
    { 'captcha.provider': 'altcha', 'captcha.on': 'passwordless' },
    async () => {
        const p = await person(), number = phone();
        refused(await ask({ email: p.email }), 982, 403);
        refused(await ask({ username: 'ada' }), 982, 403);
        refused(await askSms(number), 982, 403);
        refused(await touch({ email: address() }), 982, 403);
        refused(await touchSms({ phone: number }), 982, 403);
        granted(await ask({ email: p.email,
            altcha: await solved('passwordless') }));
        granted(await touchSms({ phone: number,
            altcha: await solved('one_touch') }));
        configure({ 'one_touch.create': 'no' });
        granted(await touch({ email: address() }));
    });

// ---- what is off ----

under('families that are off: 1059, 1146', { 'passwordless.email': 'off',
    'passwordless.phone': 'no', 'one_touch.email': 'off',
    'one_touch.phone': 'no' }, async () => {
    refused(await ask({ email: address() }), 1059, 403);
    refused(await ask({ username: 'ada' }), 1059, 403);
    refused(await enter('x'.repeat(43)), 1059, 403);
    for (const json of [{ email: address() }, { username: 'ada' }])
        refused(await call('POST', `${BASE}/${Object.keys(json)}/verifyotp`,
            { json: { ...json, otp: '123456' } }), 1059, 403);
    refused(await askSms(phone()), 1059, 403);
    refused(await enterCode({ phone: phone(), otp: '123456' }), 1059, 403);
    refused(await touch({ email: address() }), 1146, 403);
    refused(await touchSms({ phone: phone() }), 1146, 403);
    refused(await touchCode({ phone: phone(), otp: '123456' }), 1146, 403);
    for (const query of [{ verificationtoken: 'x'.repeat(43) },
        { email: address(), otp: '123456' }])
        refused(await call('GET', `${AUTH}/email/onetouchlogin`, { query }),
            1146, 403);
    for (const path of ['/passwordless', '/passwordless/link'])
        assert.equal((await call('GET', path, { judge: false,
            headers: { 'X-Doorward-ApiKey': null } })).status, 303);
    assert.equal((await call('GET', '/one-touch', { judge: false,
        headers: { 'X-Doorward-ApiKey': null } })).status, 404);
});

under('numbers, names and messages that are off', { 'login.phone': 'no',
    'login.username': 'no' }, async () => {
    refused(await ask({ username: 'ada' }), 1238, 403);
    configure({ 'passwordless.email': 'code' });
    refused(await call('POST', `${BASE}/username/verifyotp`,
        { json: { username: 'ada', otp: '123456' } }), 1238, 403);
    for (const a of [await askSms(phone()), await touchSms({
        phone: phone() }), await enterCode({ phone: phone(), otp: '1' }),
    await touchCode({ phone: phone(), otp: '1' })])
        refused(a, 1074, 403);
    configure({ 'login.phone': 'yes', 'sms.voice': 'no' });
    const call_ = { isvoiceotp: 'true' };
    refused(await askSms(phone(), call_), 1281, 403);
    refused(await touchSms({ phone: phone() }, { query: call_ }), 1281, 403);
    configure({ 'sms.site_per_day': '1' });
    await askSms(phone());
    refused(await askSms(phone()), 1149, 403);
    refused(await touchSms({ phone: phone() }), 1149, 403);
    const provider = { 'sms.provider': 'off' };
    configure(provider);
    try {
        refused(await askSms(phone()), 1071, 403);
        refused(await touchSms({ phone: phone() }), 1071, 403);
    } finally {
        configure({ 'sms.provider': 'file' });
    }
});

for (const setting of ['one_touch.create', 'registration.enabled'])
    under(`${setting} = no: one-touch makes nobody, and tells nobody`, {},
        async () => {
            const email = address(), number = phone(), p = await person();
            configure({ [setting]: 'no' });
            granted(await touch({ email }));
            granted(await touchSms({ phone: number }));
            granted(await touch({ email: p.email }));
            await mail(p.email, 2);
            assert.equal((await mails(email)).length, 0);
            assert.equal((await texts(number)).length, 0);
            refused(await touchCode({ phone: number, otp: '123456' }), 1067);
        });

under('one-touch: the form that sign-up submits is due before the first ' +
    'session, whenever that is', { 'one_touch.same_address': 'no' },
async () => {
    const number = phone(), email = address(), clientguid = randomUUID();
    forms(form('Register', 1, [option('terms', true)]));
    for (let n = 1; n <= 2; n++) {              // twice: the first gives up
        granted(await touchSms({ phone: number }));
        const a = await touchCode({ phone: number,
            otp: await smsCode(number, n) });
        refused(a, 1226, 403);
        if (n === 2)
            granted(await go(a.json.Data.ConsentToken, ['Register'],
                { terms: true }));
    }
    granted(await touchSms({ phone: number }));
    granted(await touchCode({ phone: number,
        otp: await smsCode(number, 3) }));
    const { Data } = granted(await touch({ email, clientguid }));
    granted(await call('GET', `${AUTH}/email/onetouchlogin`, { query: {
        verificationtoken: (await mail(email)).token,
        number: Data.Number } }));
    refused(await call('GET', `${AUTH}/login/smartlogin/ping`,
        { query: { clientguid } }), 1226, 403);
    granted(await ask({ email }));
    refused(await enter((await mail(email, 2)).token), 1226, 403);
});

under('addresses that may not sign up: 1056, 1247',
    { 'registration.deny_addresses': 'nobody@example.com',
        'registration.deny_domains': 'denied.example' }, async () => {
        refused(await touch({ email: 'nobody@example.com' }), 1056, 403);
        refused(await touch({ email: 'ada@denied.example' }), 1247, 403);
    });

// ---- telling who exists ----

under('compat.reveal_account_existence tells why there is no message',
    { 'compat.reveal_account_existence': 'yes' }, async () => {
        const blocked = await person(), pending = phone();
        execFileSync('sh', ['-c', `${process.env.DOORWARD_CTL} "$@"`, 'sh',
            'user', 'disable', blocked.email]);
        refused(await ask({ email: address() }), 938, 403);
        refused(await ask({ username: 'nobody-at-all' }), 938, 403);
        refused(await ask({ email: blocked.email }), 991, 403);
        refused(await askSms(phone()), 1043, 403);
        granted(await call('POST', `${AUTH}/register`, {
            headers: { 'X-Doorward-Sott': await sott() },
            json: { PhoneId: pending, Password: password } }));
        refused(await askSms(pending), 1066, 403);
        refused(await touch({ email: blocked.email }), 991, 403);
        const p = await person();
        for (let i = 0; i < 2; i++)
            granted(await ask({ email: p.email }));
        refused(await ask({ email: p.email }), 1122, 403);
        refused(await touch({ email: p.email }), 1122, 403);
        const number = await numbered();
        for (let i = 0; i < 2; i++)
            granted(await askSms(number));
        refused(await askSms(number), 1123, 403);
        refused(await touchSms({ phone: number }), 1123, 403);
        configure({ 'one_touch.create': 'no' });
        refused(await touch({ email: address() }), 938, 403);
        refused(await touchSms({ phone: phone() }), 1043, 403);
    });
