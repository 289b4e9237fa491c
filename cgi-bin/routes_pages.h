/*
 * Rows of the pages; routes.c includes this inside its table.
 */
#define PAGE(name, how, at, handler, needs, list, about) \
	{ .id = name, .method = how, .path = at, .serve = handler, \
	  .need = IS_PAGE | (needs), .fields = list, \
	  .in_size = sizeof(struct in_page), .summary = about },

PAGE("P-root", GET, "/", serve_root, 0, in_no_fields,
    "To the account, or to sign-in")
PAGE("P-api", GET, "/api-reference", serve_api_page, 0, in_no_fields,
    "The description of the API, for people")
PAGE("P-signup", GET, "/signup", serve_signup_form, 0, in_no_fields,
    "The form for a new account")
PAGE("P-signup-post", POST, "/signup", serve_signup, NEED_FORM, in_signup,
    "Create an account")
PAGE("P-check-mail", GET, "/check-mail", serve_check_mail_form, 0,
    in_no_fields, "Ask for another verification mail")
PAGE("P-check-mail-post", POST, "/check-mail", serve_check_mail, NEED_FORM,
    in_check_mail, "Send the verification mail again")
PAGE("P-verify", GET, "/verify", serve_verify_form, 0, in_link,
    "Where verification links lead: shows the address and a button")
PAGE("P-verify-post", POST, "/verify", serve_verify_page, NEED_FORM,
    in_verify_page, "Verify an address")
PAGE("P-login", GET, "/login", serve_signin_form, 0, in_no_fields,
    "The form for signing in")
PAGE("P-login-post", POST, "/login", serve_signin, NEED_FORM, in_signin,
    "Sign in")
PAGE("P-passwordless", GET, "/passwordless", serve_passwordless_form, 0,
    in_no_fields, "The form for a link or code that signs in")
PAGE("P-passwordless-post", POST, "/passwordless", serve_passwordless_ask,
    NEED_FORM, in_passwordless_ask, "Send a link or code that signs in")
PAGE("P-passwordless-code", GET, "/passwordless/code",
    serve_passwordless_code_form, 0, in_no_fields,
    "The form for a code that signs in")
PAGE("P-passwordless-code-post", POST, "/passwordless/code",
    serve_passwordless_page_code, NEED_FORM, in_passwordless_code,
    "Sign in by a code")
PAGE("P-passwordless-link", GET, "/passwordless/link",
    serve_passwordless_landing, 0, in_link,
    "Where links lead that sign in: shows the account and a button")
PAGE("P-passwordless-link-post", POST, "/passwordless/link",
    serve_passwordless_enter, NEED_FORM, in_passwordless_enter,
    "Sign in by a link")
PAGE("P-accept", GET, "/accept", serve_accept_form, 0, in_no_fields,
    "To sign-in: what was asked for there went with its form")
PAGE("P-accept-post", POST, "/accept", serve_accept_page, NEED_FORM,
    in_accept_page, "Accept what a sign-in stopped for, and go on")
PAGE("P-forgot", GET, "/forgot", serve_forgot_form, 0, in_no_fields,
    "The form for a forgotten password")
PAGE("P-forgot-post", POST, "/forgot", serve_forgot_page, NEED_FORM,
    in_forgot_page, "Send the mail for a new password")
PAGE("P-reset", GET, "/reset", serve_reset_form, 0, in_link,
    "Where reset links lead: the form for a new password")
PAGE("P-reset-post", POST, "/reset", serve_reset_page, NEED_FORM,
    in_reset_page, "Set a new password")
PAGE("P-pin-prompt", POST, "/pin", serve_pin_prompt, NEED_FORM, in_pin_prompt,
    "Choose the PIN that a sign-in asks for")
PAGE("P-forgot-pin", GET, "/forgot-pin", serve_forgot_pin_form, 0,
    in_no_fields, "The form for a forgotten PIN")
PAGE("P-forgot-pin-post", POST, "/forgot-pin", serve_forgot_pin_page,
    NEED_FORM, in_forgot_page, "Send the mail for a new PIN")
PAGE("P-reset-pin", GET, "/reset-pin", serve_reset_pin_form, 0, in_link,
    "Where links for a PIN lead: the form for a new one")
PAGE("P-reset-pin-post", POST, "/reset-pin", serve_reset_pin_page, NEED_FORM,
    in_reset_pin_page, "Set a new PIN")
PAGE("P-pin", GET, "/account/pin", serve_pin_form, NEED_PAGE, in_no_fields,
    "The form for setting or changing the PIN")
PAGE("P-pin-post", POST, "/account/pin", serve_pin_page,
    NEED_PAGE | NEED_FORM, in_pin_page, "Set or change the PIN")
PAGE("P-questions", GET, "/account/questions", serve_questions_form,
    NEED_PAGE, in_no_fields, "The form for security questions")
PAGE("P-questions-post", POST, "/account/questions", serve_questions_page,
    NEED_PAGE | NEED_FORM, in_no_fields, "Answer security questions")
PAGE("P-account", GET, "/account", serve_account_page, NEED_PAGE,
    in_no_fields, "One's own account")
PAGE("P-profile", GET, "/account/profile", serve_profile_form, NEED_PAGE,
    in_no_fields, "The form for one's own profile")
PAGE("P-profile-post", POST, "/account/profile", serve_profile_page,
    NEED_PAGE | NEED_FORM, in_profile_page, "Change one's own profile")
PAGE("P-policy-post", POST, "/account/policy", serve_policy_page,
    NEED_PAGE | NEED_FORM, in_no_fields,
    "Accept the present privacy policy")
PAGE("P-consents-post", POST, "/account/consents", serve_consents_page,
    NEED_PAGE | NEED_FORM, in_no_fields, "Give or withdraw consents")
PAGE("P-password", GET, "/account/password", serve_password_form, NEED_PAGE,
    in_no_fields, "The form for changing the password")
PAGE("P-password-post", POST, "/account/password", serve_password_page,
    NEED_PAGE | NEED_FORM, in_password_page, "Change the password")
PAGE("P-address-add", GET, "/account/address/add", serve_address_add_form,
    NEED_PAGE, in_no_fields, "The form for another email address")
PAGE("P-address-add-post", POST, "/account/address/add",
    serve_address_add_page, NEED_PAGE | NEED_FORM, in_address_page,
    "Add an email address")
PAGE("P-address-remove", GET, "/account/address/remove",
    serve_address_remove_form, NEED_PAGE, in_address_link,
    "Asks whether an email address is to go")
PAGE("P-address-remove-post", POST, "/account/address/remove",
    serve_address_remove_page, NEED_PAGE | NEED_FORM, in_address_page,
    "Remove an email address")
PAGE("P-address-primary", GET, "/account/address/primary",
    serve_address_primary_form, NEED_PAGE, in_address_link,
    "Asks whether an email address is to be the primary one")
PAGE("P-address-primary-post", POST, "/account/address/primary",
    serve_address_primary_page, NEED_PAGE | NEED_FORM, in_address_page,
    "Make an email address the primary one")
PAGE("P-undo", GET, "/undo", serve_undo_form, 0, in_link,
    "Where links lead that undo a change of the primary address")
PAGE("P-undo-post", POST, "/undo", serve_undo_page, NEED_FORM, in_undo_page,
    "Undo a change of the primary address")
PAGE("P-username", GET, "/account/username", serve_username_form, NEED_PAGE,
    in_no_fields, "The form for the user name")
PAGE("P-username-post", POST, "/account/username", serve_username_page,
    NEED_PAGE | NEED_FORM, in_username_page, "Set or change the user name")
PAGE("P-delete-ask", GET, "/account/delete", serve_delete_form, NEED_PAGE,
    in_no_fields, "What the deletion of the account means")
PAGE("P-delete-ask-post", POST, "/account/delete", serve_delete_page,
    NEED_PAGE | NEED_FORM, in_delete_page,
    "Send the mail that deletes the account")
PAGE("P-delete", GET, "/delete", serve_deletion_form, 0, in_link,
    "Where deletion links lead: shows the address and a button")
PAGE("P-delete-post", POST, "/delete", serve_deletion_page, NEED_FORM,
    in_deletion_page, "Delete the account")
PAGE("P-verify-phone", GET, "/verify-phone", serve_verify_phone_form, 0,
    in_no_fields, "The form for the code of a phone number")
PAGE("P-verify-phone-post", POST, "/verify-phone", serve_verify_phone,
    NEED_FORM, in_verify_phone, "Verify a phone number, and sign in")
PAGE("P-verify-phone-again", POST, "/verify-phone/again",
    serve_verify_phone_again, NEED_FORM, in_phone_page,
    "Send the code of a phone number again")
PAGE("P-own-phone", GET, "/account/phone", serve_own_phone_form, NEED_PAGE,
    in_no_fields, "The forms for one's own phone number")
PAGE("P-own-phone-post", POST, "/account/phone", serve_own_phone,
    NEED_PAGE | NEED_FORM, in_phone_page, "Add or change one's number")
PAGE("P-own-phone-code", POST, "/account/phone/code", serve_own_phone_code,
    NEED_PAGE | NEED_FORM, in_phone_page, "Verify one's number")
PAGE("P-own-phone-again", POST, "/account/phone/again",
    serve_own_phone_again, NEED_PAGE | NEED_FORM, in_no_fields,
    "Send the code of one's number again")
PAGE("P-own-phone-remove", POST, "/account/phone/remove",
    serve_own_phone_remove, NEED_PAGE | NEED_FORM, in_no_fields,
    "Remove one's number")
PAGE("P-one-touch", GET, "/one-touch", serve_one_touch_form, 0, in_link,
    "Where links and codes of one-touch sign-in lead: shows who asks")
PAGE("P-one-touch-post", POST, "/one-touch", serve_one_touch_page, NEED_FORM,
    in_one_touch_page, "Answer a device that asks to be signed in")
PAGE("P-pin-login", GET, "/login/pin", serve_pin_login_form, 0,
    in_no_fields, "The form for signing in by PIN alone")
PAGE("P-pin-login-post", POST, "/login/pin", serve_pin_login_page,
    NEED_FORM, in_pin_login_page, "Sign in by PIN alone")
PAGE("P-smart", GET, "/smart", serve_smart_form, 0, in_no_fields,
    "The form for signing in by way of another device")
PAGE("P-smart-post", POST, "/smart", serve_smart_page, NEED_FORM,
    in_smart_page, "Send the link that signs in this device")
PAGE("P-smart-wait", GET, "/smart/wait", serve_smart_wait, 0, in_no_fields,
    "Waits until somebody has answered, then goes on")
PAGE("P-smart-confirm", GET, "/smart/confirm", serve_smart_confirm_form, 0,
    in_link, "Where links of smart login lead: shows who asks")
PAGE("P-smart-confirm-post", POST, "/smart/confirm",
    serve_smart_confirm_page, NEED_FORM, in_smart_answer,
    "Confirm or refuse the sign-in of another device")
PAGE("P-wait-script", GET, "/static/wait.js", serve_wait_script, ANY_SCHEME,
    in_no_fields, "What waits without loading the page again")
PAGE("P-sessions", GET, "/account/sessions", serve_sessions_form, NEED_PAGE,
    in_no_fields, "Where one is signed in")
PAGE("P-sessions-post", POST, "/account/sessions", serve_sessions_page,
    NEED_PAGE | NEED_FORM, in_sessions_page, "Sign out elsewhere")
PAGE("P-logout", GET, "/logout", serve_logout_form, 0, in_no_fields,
    "A button for signing out")
PAGE("P-logout-post", POST, "/logout", serve_logout, NEED_FORM, in_no_fields,
    "Sign out")
PAGE("P-style", GET, "/static/doorward.css", serve_style, ANY_SCHEME,
    in_no_fields, "The style sheet")
PAGE("P-site-style", GET, "/static/site.css", serve_site_style, ANY_SCHEME,
    in_no_fields, "The site's own style sheet")
PAGE("P-script", GET, "/static/doorward.js", serve_script, ANY_SCHEME,
    in_no_fields, "The module for scripts of front ends")
PAGE("P-altcha", GET, "/static/altcha.js", serve_altcha_script, ANY_SCHEME,
    in_no_fields, "The solver of ALTCHA, where the site uses it")
PAGE("P-qq", GET, "/static/qq.js", serve_qq_script, ANY_SCHEME,
    in_no_fields, "What opens QQ's captcha, where the site uses it")

#undef PAGE
