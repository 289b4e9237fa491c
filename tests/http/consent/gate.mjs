// Every way in passes the same gate in the same order (S-058; the privacy
// policy, then consents, then the PIN), and is let in when nothing is
// outstanding.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { AUTH, address, call, granted, mail, mails, password, phone, sms,
    smsCode, sott, texts } from '../api.mjs';
import { calm, configure, form, forms, login, option, register, settled }
    from './site.mjs';

const PIN = '482915', fresh = 'violet-harbour-88';
const AT = `${AUTH}/login`;
const ways = { 'passwordless.email': 'link', 'passwordless.phone': 'yes',
    'one_touch.email': 'link', 'one_touch.phone': 'yes',
    'one_touch.same_address': 'no', 'smart_login.enabled': 'yes',
    'login.phone': 'yes', 'pin.login': 'yes',
    'password.login_on_reset': 'yes',
    'registration.login_on_verification': 'yes' };
const off = { 'passwordless.email': 'off', 'passwordless.phone': 'no',
    'one_touch.email': 'off', 'one_touch.phone': 'no',
    'one_touch.same_address': 'yes', 'smart_login.enabled': 'no',
    'login.phone': 'no', 'pin.login': 'no', 'pin.required': 'no',
    'pin.ask_on_login': 'no', 'password.login_on_reset': 'no',
    'registration.login_on_verification': 'no' };
// In the gate's order: what is outstanding there, and what it answers.
const steps = [
    { code: 1194, set: () => configure({ 'privacy.mode': 'strict' }) },
    { code: 1226, set: () => forms(form('Login', 1, [option('news')])) },
    { code: 1243, set: () => configure({ 'pin.enabled': 'yes',
        'pin.required': 'yes', 'pin.ask_on_login': 'yes' }) }
];

async function next(p, fn) {
    const n = (await mails(p.email)).length;
    const a = await fn();
    return { ...await mail(p.email, n + 1), answer: granted(a) };
}
async function numbered() {
    const number = phone();
    granted(await call('POST', `${AUTH}/register`, {
        headers: { 'X-Doorward-Sott': await sott() },
        json: { PhoneId: number, Password: password } }));
    granted(await call('PUT', `${AUTH}/phone/otp`, { json: { phone: number,
        otp: await smsCode(number) } }));
    return number;
}
async function code(number, fn) {
    const n = (await texts(number)).length;
    granted(await fn());
    await sms(number, n + 1);
    return smsCode(number, n + 1);
}
async function device(p, begin, at) {
    const clientguid = randomUUID();
    const { token, answer } = await next(p, () => begin(clientguid));
    granted(await call('GET', at, { query: { verificationtoken: token,
        number: answer.Data.Number } }));
    return () => call('GET', `${AT}/smartlogin/ping`,
        { query: { clientguid } });
}

// Each makes all ready while nothing is outstanding; what it gives back is
// the call that would sign in.
const methods = {
    password: async () => {
        const p = await settled();
        return () => login(p);
    },
    async 'password by phone'() {
        const number = await numbered();
        return () => call('POST', AT, { json: { phone: number, password } });
    },
    async 'passwordless link'() {
        const p = await settled();
        const { token } = await next(p, () => call('GET',
            `${AT}/passwordlesslogin/email`, { query: { email: p.email } }));
        return () => call('GET', `${AT}/passwordlesslogin/email/verify`,
            { query: { verificationtoken: token } });
    },
    async 'code by phone'() {
        const number = await numbered();
        const otp = await code(number, () => call('GET',
            `${AT}/passwordlesslogin/otp`, { query: { phone: number } }));
        return () => call('PUT', `${AT}/passwordlesslogin/otp/verify`,
            { json: { phone: number, otp } });
    },
    async 'one-touch by phone'() {
        const number = await numbered();
        const otp = await code(number, () => call('POST',
            `${AUTH}/onetouchlogin/phone`, { json: { phone: number } }));
        return () => call('PUT', `${AUTH}/onetouchlogin/phone/verify`,
            { json: { phone: number, otp } });
    },
    async 'smart login'() {
        const p = await settled();
        return device(p, (clientguid) => call('GET', `${AT}/smartlogin`,
            { query: { email: p.email, clientguid } }),
        `${AUTH}/email/smartlogin`);
    },
    async 'one-touch'() {
        const p = await settled();
        return device(p, (clientguid) => call('POST',
            `${AUTH}/onetouchlogin/email`,
            { json: { email: p.email, clientguid } }),
        `${AUTH}/email/onetouchlogin`);
    },
    async PIN() {
        const p = await settled();
        steps[2].set();
        const pinauthtoken = (await login(p)).json.Data.PINAuthToken;
        const { session_token } = granted(await call('POST',
            `${AUTH}/pin/set/pinauthtoken`,
            { query: { pinauthtoken }, json: { PIN } }));
        return () => call('POST', `${AT}/pin`,
            { query: { session_token }, json: { PIN } });
    },
    // These two do their work in any case, and give a session if they can.
    async reset() {
        const p = await settled();
        const { token } = await next(p, () => call('POST',
            `${AUTH}/password`, { json: { email: p.email } }));
        return () => call('PUT', `${AUTH}/password/reset`,
            { json: { resettoken: token, password: fresh } });
    },
    async verification() {
        const p = await register({ email: address() });
        granted(p.answer);
        const { token } = await mail(p.email);
        return () => call('GET', `${AUTH}/email`,
            { query: { verificationtoken: token } });
    }
};
const quiet = ['reset', 'verification'];

for (const [name, prepare] of Object.entries(methods))
    test(`the gate, by ${name}: policy, consents, PIN (S-058, F-37)`,
        async () => {
            const met = [];
            for (let from = 0; from <= steps.length; from++) {
                calm();
                configure({ ...off, ...ways });
                const enter = await prepare();
                calm();
                configure({ ...off, ...ways,
                    'pin.enabled': name === 'PIN' ? 'yes' : 'no' });
                for (const step of steps.slice(from))
                    step.set();
                const { status, json } = await enter();
                const session = quiet.includes(name) ? json.Data : json;
                met.push(session?.access_token && status === 200 ? 'in' :
                    quiet.includes(name) ? status : json.ErrorCode);
            }
            configure(off);
            calm();
            assert.deepEqual(met, quiet.includes(name) ?
                [200, 200, 200, 'in'] : [1194, 1226,
                    name === 'PIN' ? 'in' : 1243, 'in']);
        });
