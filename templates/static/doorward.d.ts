// Types of doorward.js.

/** What the server refused; its message is a sentence. */
export class DoorwardError extends Error {
    constructor(status: number, answer: Record<string, unknown>);
    /** Status of HTTP. */
    status: number;
    /** Code of the API, such as 966: wrong email address or password. */
    code: number;
    /** What goes on from there: PINAuthToken, ConsentToken and their like. */
    data: Record<string, unknown> | null;
}

/** What keeps the token: sessionStorage is one; by default memory. */
export interface Store {
    getItem(name: string): string | null;
    setItem(name: string, value: string): void;
    removeItem(name: string): void;
}

/** The account; fields that have no name here are of the profile as well. */
export interface Profile {
    Uid: string;
    Email: { Type: string; Value: string }[] | null;
    UserName: string | null;
    PhoneId: string | null;
    FirstName: string | null;
    LastName: string | null;
    EmailVerified: boolean;
    [name: string]: unknown;
}

export interface Posted {
    IsPosted: boolean;
    Data?: unknown;
}

export interface Session {
    Profile: Profile;
    access_token: string;
    refresh_token: string | null;
    expires_in: string;
    [name: string]: unknown;
}

export interface Kept {
    access_token: string;
    expires_in: string;
}

export interface Call {
    query?: Record<string, string | undefined>;
    body?: Record<string, unknown>;
    headers?: Record<string, string | undefined>;
    /** In place of the session's own token; null: none. */
    token?: string | null;
}

/** Whom a sign-in is about: one of the three. */
export interface Who {
    email?: string;
    username?: string;
    phone?: string;
}

/** Sends "change" whenever somebody is signed in or out. */
export class Doorward extends EventTarget {
    constructor(options: { apiKey: string; url?: string | URL;
        store?: Store });
    readonly url: string;
    readonly session: Kept | null;
    readonly token: string | undefined;
    /** Any call of the API: path is what follows /identity/v2/auth/. */
    call(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string,
        parts?: Call): Promise<any>;
    /** Asks the server whether the session is good; null: it is over. */
    check(): Promise<Kept | null>;
    signOut(): Promise<void>;
    /** sott comes from the site's back end; captcha is the answer of its
     * widget, such as { altcha }; url: the page that the mail links to. */
    signUp(profile: { email?: string; Password?: string;
        [name: string]: unknown }, options?: { sott?: string;
        captcha?: Record<string, string>; url?: string }): Promise<Posted>;
    verifyEmail(verificationtoken: string): Promise<Posted>;
    resendVerification(email: string, options?: { url?: string }):
        Promise<Posted>;
    signIn(who: Who & { password: string; [name: string]: unknown }):
        Promise<Session>;
    sendLink(who: { email?: string; username?: string },
        options?: { url?: string }): Promise<Posted>;
    redeemLink(verificationtoken: string): Promise<Session>;
    sendCode(who: { phone: string }): Promise<Posted>;
    redeemCode(who: Who & { code: string }): Promise<Session>;
    /** fields trims: "Uid,Email/Value". */
    profile(fields?: string): Promise<Profile>;
    updateProfile(changes: Record<string, unknown>): Promise<Profile>;
    changePassword(oldpassword: string, newpassword: string):
        Promise<Posted>;
    forgotPassword(email: string, options?: { url?: string }):
        Promise<Posted>;
    resetPassword(resettoken: string, password: string): Promise<Posted>;
}
