<?php
// An application behind the guard.  It has no sign-in of its own: whoever
// gets here was let in, and the web server says who it is.
$user = $_SERVER['REMOTE_USER'] ?? '';
$roles = array_filter(explode(' ', $_SERVER['DOORWARD_ROLES'] ?? ''));
$text = fn ($s) => htmlspecialchars($s, ENT_QUOTES, 'UTF-8');
// Doorward's own pages; with site.url = https://example.com/auth: '/auth'
$doorward = '';
header('Content-Type: text/html; charset=utf-8');
header('Cache-Control: private, no-store');
?>
<!DOCTYPE html>
<html lang="en">
<title>Members</title>
<h1>Members</h1>
<?php if ($user === '') { ?>
<p>Good day, whoever you are. <a href="<?= $doorward ?>/login">Sign in</a></p>
<?php } else { ?>
<p>Good day, <span id="user"><?= $text($user) ?></span>.</p>
<?php if ($roles) { ?>
<p>Your roles: <span id="roles"><?= $text(implode(', ', $roles)) ?></span></p>
<?php } ?>
<p><a href="<?= $doorward ?>/account">Your account</a>
<a href="<?= $doorward ?>/logout">Sign out</a></p>
<?php } ?>
