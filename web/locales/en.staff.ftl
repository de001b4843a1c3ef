### What staff read: supporters, supervisors, and the log-in.

## Log-in

login-title = Log in
login-name = Name
login-passphrase = Passphrase
log-in = Log in
log-out = Log out
login-wrong = Name or passphrase is not right.
login-too-many = Too many tries. Please wait { $minutes ->
    [one] one minute.
   *[other] { $minutes } minutes.
  }
login-expired = That took too long. Please log in again.
login-unavailable = The server can’t be reached. Please try again soon.
login-demo = This is a demo. You can look around as:
login-as-supporter = Supporter
login-as-supervisor = Supervisor
passphrase-title = Choose your own passphrase
passphrase-about = The one you were given works once. Use at least { $least } characters, such as four words.
passphrase-old = The passphrase you were given
passphrase-new = New passphrase
passphrase-set = Keep this passphrase
passphrase-too-short = Please use at least { $least } characters.
passphrase-wrong = That did not work. Please choose another one.

## The second factor

factor-title = One more step
factor-about = This account has a second factor. You have five minutes.
factor-back = Begin again
use-passkey = Use a passkey
passkeys-need-a-name = Passkeys only work where the address is a name, such as localhost. This one is a number.
proof-totp = Code from your app, six digits
proof-recovery = Recovery code
proof-passphrase = Your passphrase
proof-by-totp = Use a code from your app
proof-by-recovery = Use a recovery code
proof-go-on = Go on
proof-wrong-totp = This code is not right, or it was used already. Wait for the next one.
proof-wrong-recovery = This code is not right, or it was used already.
proof-wrong-passkey = The passkey was not accepted. Please try again.
proof-wrong-passphrase = This passphrase is not right.
step-up-title = Is it you?
step-up-about = This needs a fresh proof, so that a computer left open is not enough.
codes-left-title = { $n ->
    [0] That was your last recovery code
    [one] One recovery code is left
   *[other] { $n } recovery codes are left
  }
codes-left-about = If your device is lost, set up another one now, or make new recovery codes.
account-title = Your account
account-owes = Your team asks for a second factor. Set one up to go on: an app on your phone, or a passkey.
account-back = Go on to work
account-unavailable = Your account can’t be read right now.
factors = Second factor
factors-about = It is asked for after your passphrase. One is enough; two are better, in case one is lost.
factors-none = You have none yet.
factor-totp = App that shows codes, since { $day }
factor-passkey = Passkey { $name }, since { $day }
factor-remove = Remove
factor-remove-one = Remove { $name }
factor-last-factor = The last one has to stay. Set up another one first.
factor-not-found = It is not there any more.
factor-wrong = That did not work. Please try again.
totp-begin = Set up an app
totp-again = Set up another app
totp-title = Set up an app that shows codes
totp-about = Open an authenticator app, let it read this picture, and type the code that it shows.
totp-picture = The picture that your app reads. The same as text stands below.
totp-secret = Or type this into the app:
totp-code = Code from your app, six digits
totp-wrong = This code is not right. Wait for the next one, and look whether your phone’s clock is.
passkey-begin = Add a passkey
passkey-title = Add a passkey
passkey-about = Your device asks for your finger, face or PIN. It keeps the key; we never see any of them.
passkey-name = What you call this device
passkey-named = My device
passkey-refused = No passkey was made. Perhaps this device has one already, or it was cancelled.
codes-title = Your recovery codes
codes-about = Each works once, when your device is lost. They are shown only now: write them down, or print them, and keep them away from this computer.
codes-kept = I have kept them
codes-left = { $n ->
    [0] No recovery code is left.
    [one] One recovery code is left.
   *[other] { $n } recovery codes are left.
  }
codes-new = Make new recovery codes
sessions = Where you are logged in
sessions-about = No address and no device is kept, only the times.
session-begun = Logged in
session-seen = Last used
session-this = This one
sign-out-everywhere = Sign out everywhere
sign-out-about = All of them end within two seconds, this one too.

## Both pages of staff

supporter-title = Supporter
supervisor-title = Supervisor
supervisors-only = This page is for supervisors.
link-off = Not connected
link-connecting = Connecting
link-open = Connected
link-lost = Connection lost
link-closed = Disconnected
link-elsewhere = You are connected in another window.
link-refused = The server has ended this connection.
reload = Load again
reconnecting-staff = The connection is lost. Your conversations are kept. We are trying again.
seconds = { $n } s
minutes = { $n } min
since-calm = ● { $span } ago
since-amber = ▲ { $span } ago, soon
since-red = ■ { $span } ago, late
risk-0 = no risk seen
risk-1 = concern
risk-2 = elevated
risk-3 = high risk
risk-4 = imminent
category-suicide = suicide
category-self-harm = self-harm
category-overdose = overdose
category-abuse = abuse
category-violence = violence
category-child-at-risk = child at risk
category-eating = eating
category-harassment = harassment
category-sexual = sexual
category-contact = contact details
flag-wrong = Wrong flag
flag-is-wrong = Marked as wrong
flag-why = { $category }, { $certainty } ({ $rule })
certainty-1 = possible
certainty-2 = likely
certainty-3 = sure
flag-model = Raised by the model, not by words.
flag-unscreened = The filter could not read this line.
by-seeker = Seeker
by-supporter = Supporter
by-supervisor = Supervisor
log-matched-staff = { $who } is here.
log-joined-staff = { $who } has joined, and the seeker can see it.
log-left-staff = { $who } has left: { $why }
log-unreadable-staff = Something here is damaged and can’t be shown. The operator is told.
remark-unreadable = Something written here is damaged and can’t be shown.
log-ended-staff = The conversation has ended: { $why }
left-done = done for now
left-not-now = not the right time
left-uncomfortable = it did not feel right
left-quick-exit = left by quick exit
left-lost = connection lost
left-handed-over = handed over
left-taken-over = a supervisor took over
left-stepped-out = stepped out
over-left = the seeker left
over-closed = closed by staff
over-lost = connection lost
over-blocked = blocked by a supervisor
over-gave-up = left while waiting
closed-because = { $name } is no longer on your screen: { $why }
closed-handed-over = handed over
closed-taken-over = a supervisor took over
closed-lost = the connection was lost for too long
closed-unwatched = you stopped reading
closed-erased = they erased everything that was said
closed-expired = it ended, and its time is over
seeker-away = The seeker is not connected right now.
remarks = Notes and whispers
remark-noted = { $who }, note, { $time }
remark-whispered = { $who }, whisper, { $time }
note-label = Note for the team. The seeker never sees it.
note-send = Keep note
whisper-label = Whisper to the supporter. The seeker never sees it.
whisper-send = Whisper
about-mood = Feeling at the start: { $mood } of 10
about-supporter = Supporter: { $supporter }
helplines-of = Helplines ({ $country })
steps = Steps to take now
step-stay = Stay in the talk. Answer soon and briefly.
step-ask-directly = Ask directly: are you thinking of ending your life?
step-ask-plan = Ask whether there is a plan, a means, a time.
step-ask-safe-now = Ask: are you safe right now?
step-offer-helplines = Offer the helplines below, without handing the person away.
step-call-desk = Call a supervisor with “Ask for help”.
step-emergency = Ask them to call the emergency number, or to let someone call.
step-distance = Ask them to put distance between themselves and the means.
step-who-is-near = Ask who is near and could come.
end = End
end-title = End this conversation?
hand-over = Hand over
hand-over-title = Hand over?
hand-over-about = The seeker goes to the front of the line.
outcome-supported = The person felt supported
outcome-referred = Referred to other help
outcome-unfinished = Unfinished
outcome-abusive = Abusive
outcome-test = A test
handover-shift-over = My shift is over
handover-not-a-fit = Someone else fits better
handover-too-heavy = It is too heavy for me now
handover-technical = Technical trouble
help-crisis = Someone is in danger
help-unsure = I am not sure what to do
help-abuse = I am being abused
help-technical = Technical trouble
help-need-break = I need a break
help-asked = A supervisor has been called.
refused-already-acknowledged = Someone else is already looking after it.
refused-at-capacity = You have as many conversations as you chose.
refused-escalation-unknown = This escalation is closed.
refused-block-unknown = This block is over.
refused-not-acknowledged = Acknowledge it first.
refused-not-a-member = You are not in this conversation.
refused-not-trained = Your training does not cover this.
refused-offer-gone = The offer is gone.

## Supporter

availability = Conversations: { $load } of { $capacity }
availability-available = Available
availability-finishing = Finishing up
availability-break = Break
availability-away = Away
capacity = At once
no-training = No offers come, because no valid training is on record for you. A supervisor can enter it.
not-available = Offers come when you are available.
no-offers = Nobody waits for you right now.
no-offers-full = You have as many conversations as you chose.
offer-title = Someone is waiting
offer-waited = Has waited { $span }
accept = Accept
decline = Not now
conversations = Your conversations
unread = { $n } new
draft = Draft
is-ended = Ended
nobody-yet = No conversation is open.
put-away = Put away
ask-help = Ask for help
ask-help-title = Ask a supervisor for help
ask-help-about = It shows at once on the supervisors’ page.
keys-title = Keys
key-alt-1 = Alt + 1 to 9: go to that conversation
key-alt-j = Alt + J: next one that waits for you
key-alt-k = Alt + K: the one before that waits for you
key-alt-n = Alt + N: write a note
key-alt-h = Alt + H: ask for help
key-alt-e = Alt + E: end the conversation
key-question = ?: show these keys

## Supervisor

sections = Sections
tab-board = Board
tab-roster = Roster
tab-audit = Record
board-coming = The board is on its way.
lights = Lights
light-waiting = waiting
light-oldest = (oldest { $span })
light-waiting-long = waiting over 5 min
light-conversations = conversations
light-supporters = supporters available
light-on-break = on break
light-supervisors = supervisors on duty
light-escalations = open escalations
light-high-risk = at high risk
light-gave-up-today = left while waiting today
light-unscreened = ■ { $n ->
    [one] { $n } line was not screened. Please read along.
   *[other] { $n } lines were not screened. Please read along.
  }
alarm = { $n ->
    [one] An escalation is open. Nobody looks after it yet.
   *[other] { $n } escalations are open. Nobody looks after them yet.
  }
alarm-again = ■ Raised { $times } times. { $n ->
    [one] An escalation is still open.
   *[other] { $n } escalations are still open.
  }
escalations = Escalations
escalations-none = No escalation is open.
acknowledge = Acknowledge
resolve = Resolve
resolve-title = How did it end?
resolve-outcome = Outcome
resolve-note = Note
resolved-safe-for-now = Safe for now
resolved-safety-plan = A safety plan was made
resolved-emergency-services = Emergency services were called
resolved-referred = Referred to other help
resolved-handed-to-team = Handed to the team
resolved-false-alarm = False alarm
resolved-lost-contact = Contact was lost
cause-help = Supporter asks for help: { $reason }
cause-report = Seeker reports: { $reason }
claimed-by = { $who }
claimed-none = nobody yet
live = Live conversations
live-none = No conversation is live.
queue = Waiting
queue-none = Nobody is waiting.
on-duty = On duty
on-duty-none = No supporter is on duty.
load = { $load } of { $capacity }
ticket-waiting = waiting
ticket-offered = offered
is-connected = connected
is-away = away
watch = Watch
unwatch = Stop watching
step-out = Step out
join = Join
take-over = Take over
take-over-title = Take over this conversation?
take-over-about = The supporter leaves it, and you go on. It goes on record.
block = Block
block-title = Block this conversation?
block-about = It ends at once, and it goes on record. Helplines are always shown to them.
block-reason = Why
block-grade = What happens
grade-slowed = Slowed
grade-paused = Paused
grade-closed = Closed
grade-slowed-about = Slowed: new talks need work by the device, and few are given (up to 24 hours)
grade-paused-about = Paused: no new talk (up to 3 days)
grade-closed-about = Closed: no new talk until somebody reviews it (up to 30 days)
how-long = For how long
span-hours = { $n ->
    [one] { $n } hour
   *[other] { $n } hours
  }
span-minutes = { $n ->
    [one] { $n } minute
   *[other] { $n } minutes
  }
block-limits = It holds for the network that this talk came from, so it can meet others who share it. A new network or a restart of the server gets around it.
blocks = Blocks
blocks-none = Nobody is blocked.
forgotten = (no longer kept)
col-by = By
col-until = Until
in-review = Its time is over: please review
extend = Extend
extend-title = Let this block hold longer?
lift = Lift
raid-ask = Raid mode
raid-title = Switch raid mode on?
raid-about = For when many come at once to do harm. New people do some work on their device, come in slowly, and one at a time from each network. Nobody who is inside is touched. It ends by itself.
raid-on = Switch on
raid-off = Switch off
raid-is-on = Raid mode is on until { $time } ({ $by }).
raid-proposed = Very many new people come, and several were just blocked. Is this a raid?
offer-raid = Came during a raid. Be kind, and be careful.
block-abuse = Abuse
block-sexual = Sexual
block-threat = Threat
block-spam = Spam
block-other = Something else
part-watcher = Watching { $name }
part-member = You have joined { $name }
part-supporter = You support { $name }
watched-others = Open here
as-of = As of { $time }

## Tables

col-name = Name
col-level = Level
col-timer = Raised
col-words = Words
col-claimed = Claimed by
col-do = Actions
col-supporter = Supporter
col-language = Language
col-languages = Languages
col-length = Length
col-lines = Lines
col-seeker = Seeker
col-waits = Waits
col-topics = Topics
col-state = State
col-declines = Declined
col-load = Load
col-login = Log-in name
col-role = Role
col-training = Training
col-seen = Last seen
col-when = When
col-who = Who
col-act = Act
col-subject = On

## Roster and record

roster = Team
roster-none = Nobody yet.
roster-failed = The roster can’t be read right now.
roster-error-not-allowed = You are not allowed to do this.
roster-error-name-taken = This name is taken.
roster-error-not-found = This account is not there any more.
roster-error-last-administrator = One administrator has to stay.
roster-error-step-up = Nothing was changed, since you did not prove that it is you.
roster-error-must-change = Set your own passphrase first.
roster-invalid-name = The log-in name won’t do. Use 2 to 40 small letters, digits, dots or dashes.
roster-invalid-display = The name that seekers see won’t do. Write a short one.
roster-invalid-other = Something here won’t do. Please look again.
roster-error-failed = That did not work.
add-account = Add an account
add-login = Log-in name
add-display = Name that seekers see
passphrase-once = One-time passphrase
passphrase-once-about = It is shown only now. Give it to the person in private.
train = Training
train-title = Training of { $name }
train-level = Trained up to
train-until = Valid until
train-yes = Enter training
train-none = Remove training
training-none = none
training-is = up to { $level }, until { $until }
training-over = up to { $level }, over since { $until }
reset-passphrase = New passphrase
reset-factors = Reset second factor
sign-out = Sign out
col-factor = Second factor
has-factor = yes
has-no-factor = no
disable = Disable
enable = Enable
is-disabled = disabled
is-enabled = active
role-of = Role of { $name }
role-supporter = Supporter
role-supervisor = Supervisor
role-administrator = Administrator
audit = Record of what was looked at and done
audit-none = Nothing is on record.
act-log-in = logged in
act-watch = watched
act-whisper = whispered
act-join = joined
act-take-over = took over
act-block = blocked
act-extend-block = extended a block
act-lift-block = lifted a block
act-set-raid = set raid mode
act-read-transcript = read a transcript
act-acknowledge = acknowledged
act-resolve = resolved
act-read-audit = read the record
act-read-roster = read the roster
act-add-account = added an account
act-train = changed training
act-disable = disabled
act-enable = enabled
act-reset = reset the passphrase
act-change-role = changed the role
act-reset-factors = reset the second factor
act-sign-out = signed out everywhere
act-change-passphrase = changed their passphrase
act-add-factor = set up a second factor
act-remove-factor = removed a second factor
act-new-codes = made new recovery codes
act-use-code = used a recovery code
