// Doorward for the scripts of a front end: sign-up, sign-in, the session and
// the profile, over the API, from any origin that cors.origins lists.
//
//     import { Doorward } from 'https://example.com/auth/static/doorward.js';
//     const doorward = new Doorward({ apiKey: '...' });
//     const { Profile } = await doorward.signIn({ email, password });
//
// Types and a word on each call: doorward.d.ts.

// What the server refused: code and text of the API, and what goes on from
// there (a token for a PIN, a consent, a policy), in data.
export class DoorwardError extends Error {
    constructor(status, answer) {
        super(answer.Description ?? `status ${status}`);
        this.name = 'DoorwardError';
        this.status = status;
        this.code = answer.ErrorCode ?? 0;
        this.data = answer.Data ?? null;
    }
}

const AUTH = 'identity/v2/auth/';
const LINK = 'login/passwordlesslogin/';
const OVER = [905, 906];        // the token is unknown, or has expired
const KEPT = 'doorward';

// A page that is left forgets who was signed in, and no other script of the
// site finds a token lying about.
const memory = () => {
    const kept = new Map();
    return { getItem: (name) => kept.get(name) ?? null,
        setItem: (name, value) => kept.set(name, value),
        removeItem: (name) => kept.delete(name) };
};

// Leaves out what is not set.
const only = (object) => Object.fromEntries(Object.entries(object)
    .filter(([, value]) => value !== undefined && value !== null));

export class Doorward extends EventTarget {
    #apiKey;
    #store;

    // url: where Doorward is; by default where this file came from.
    constructor({ apiKey, url = new URL('..', import.meta.url),
        store = memory() }) {
        super();
        this.url = String(url).replace(/\/*$/, '/');
        this.#apiKey = apiKey;
        this.#store = store;
    }

    // Any call of the API that has no name of its own here, such as those of
    // passkeys: method, what follows /identity/v2/auth/, and its parts.
    async call(method, path, { query = {}, body, headers = {},
        token = this.token } = {}) {
        const at = new URL(AUTH + path, this.url);
        for (const [name, value] of Object.entries(only(query)))
            at.searchParams.set(name, value);
        const answer = await fetch(at, { method, cache: 'no-store',
            credentials: 'omit', referrerPolicy: 'no-referrer',
            headers: only({ 'X-Doorward-ApiKey': this.#apiKey,
                'Content-Type': body && 'application/json',
                Authorization: token && `Bearer ${token}`, ...headers }),
            body: body && JSON.stringify(body) });
        const json = await answer.json().catch(() => ({}));
        if (answer.ok)
            return json;
        if (token && token === this.token && OVER.includes(json.ErrorCode))
            this.#keep(null);
        throw new DoorwardError(answer.status, json);
    }

    // ---- the session ----

    // Of who is signed in: { access_token, expires_in }, or null.
    get session() {
        return JSON.parse(this.#store.getItem(KEPT));
    }

    get token() {
        return this.session?.access_token;
    }

    #keep(answer) {
        const had = this.token;
        if (answer?.access_token)
            this.#store.setItem(KEPT, JSON.stringify({
                access_token: answer.access_token,
                expires_in: answer.expires_in }));
        else
            this.#store.removeItem(KEPT);
        if (had !== this.token)
            this.dispatchEvent(new Event('change'));
        return answer;
    }

    // Is the session good?  Asks the server; null when it is over.
    async check() {
        if (!this.token)
            return null;
        try {
            return await this.call('GET', 'access_token/validate');
        } catch (error) {
            if (OVER.includes(error.code))
                return null;
            throw error;
        }
    }

    // Here it is over at once, whatever the server says.
    async signOut() {
        const { token } = this;
        this.#keep(null);
        if (token)
            await this.call('GET', 'access_token/invalidate', { token })
                .catch((error) => {
                    if (!OVER.includes(error.code))
                        throw error;
                });
    }

    // ---- sign-up ----

    // A session comes back where the site asks for no verification first.
    async signUp({ email, ...profile }, { sott, captcha, url } = {}) {
        const answer = await this.call('POST', captcha ? 'register/captcha' :
            'register', { token: null, query: { verificationurl: url },
            headers: { 'X-Doorward-Sott': sott }, body: { ...profile,
                ...captcha, Email: email && [{ Type: 'Primary',
                    Value: email }] } });
        return this.#entered(answer);
    }

    async verifyEmail(verificationtoken) {
        return this.#entered(await this.call('GET', 'email',
            { token: null, query: { verificationtoken } }));
    }

    resendVerification(email, { url } = {}) {
        return this.call('PUT', 'register', { token: null,
            query: { verificationurl: url }, body: { email } });
    }

    // Posted, and at times a session in Data.
    #entered(answer) {
        if (answer.Data?.access_token)
            this.#keep(answer.Data);
        return answer;
    }

    // ---- sign-in ----

    // who: { email, password }, or username or phone in place of email.
    async signIn(who) {
        return this.#keep(await this.call('POST', 'login',
            { token: null, body: who }));
    }

    // A link (or code) by mail that signs in; its page is url.
    sendLink({ email, username }, { url } = {}) {
        return this.call('GET', `${LINK}email`, { token: null,
            query: { email, username, verificationurl: url } });
    }

    async redeemLink(verificationtoken) {
        return this.#keep(await this.call('POST', `${LINK}email/verify`,
            { token: null, body: { verificationtoken } }));
    }

    // A code by text message that signs in.
    sendCode({ phone }) {
        return this.call('POST', `${LINK}otp`, { token: null,
            body: { phone } });
    }

    // The code of either, from the one whom it went to.
    async redeemCode({ code, ...who }) {
        const path = who.phone ? 'otp/verify' : who.username ?
            'username/verifyotp' : 'email/verifyotp';
        return this.#keep(await this.call('POST', LINK + path,
            { token: null, body: { ...who, otp: code } }));
    }

    // ---- the account ----

    profile(fields) {
        return this.call('GET', 'account', { query: { fields } });
    }

    async updateProfile(changes) {
        return (await this.call('PUT', 'account', { body: changes })).Data;
    }

    changePassword(oldpassword, newpassword) {
        return this.call('PUT', 'password/change',
            { body: { oldpassword, newpassword } });
    }

    forgotPassword(email, { url } = {}) {
        return this.call('POST', 'password', { token: null,
            query: { resetpasswordurl: url }, body: { email } });
    }

    async resetPassword(resettoken, password) {
        return this.#entered(await this.call('PUT', 'password/reset',
            { token: null, body: { resettoken, password } }));
    }
}
