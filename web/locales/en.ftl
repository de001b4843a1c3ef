### What seekers read, and what all pages share.
### Short sentences, easy words, nothing forced, no promises that can't be kept.

demo-banner = Demo: the people here are made up.
dialog-close = Go back
country-other = Another country
next = Next
back = Back
skip = Skip
you = You
team = Someone from the team

## Help, always in the same place

help-now = Help now: { $number }
emergency = Emergency
help-emergency = In danger right now? Call { $number }.
help-country = Where are you?
helpline-call = Call { $number }
helpline-text = Text: { $number }
helpline-site = Open website
quick-exit = Leave now
quick-exit-about = “Leave now” blanks this page and opens another one. You can also press Shift three times. It can’t erase your browser history, or what others saw.

## Welcome

welcome-title = Someone is here to listen
welcome-what = You can write with a trained person. They listen and stay with you for a while.
welcome-not-therapy = This is not therapy, and not for emergencies.
welcome-who-reads = Your supporter reads what you write. Supervisors on duty can read it too.
welcome-encryption = It is protected on its way here. It is not end-to-end encrypted.
welcome-kept = { $hours ->
    [0] It is deleted a minute after the talk ends.
    [one] It is deleted one hour after the talk ends.
   *[other] It is deleted { $hours } hours after the talk ends.
  }
welcome-anonymous = You need no account and no real name.
page-language = Language of this page
begin = Begin
closed = We are closed right now. The helplines above still answer.
code-have = I have a return code
code-label = Your four words
code-use = Come back

## Before: one question on each screen

step = { $n } of { $of }
ask-language = Which language would you like to write in?
ask-language-hint = We look for someone who speaks it.
ask-topics = What is it about?
ask-topics-hint = Choose as many as you like, or none.
ask-opening = What would you like to say first?
ask-opening-hint = A few words are enough. They help us see who needs someone soonest.
ask-mood = How do you feel right now?
ask-mood-hint = 0 is very low. 10 is very good.
start = Find someone
connecting = Connecting to the team.
tools-open = Things that can help
waiting-title = You are in line
entry-unavailable = We can’t let you in right now. Please try again in a few minutes.
try-again = Try again

topic-loneliness = Feeling alone
topic-relationships = Love and relationships
topic-family = Family
topic-parenting = Being a parent
topic-grief = Losing someone
topic-anxiety = Worry and fear
topic-low-mood = Feeling low
topic-stress = Too much at once
topic-study-work = School, study or work
topic-money = Money and housing
topic-health = Illness or pain
topic-identity = Who I am
topic-displacement = Far from home
topic-conflict = War and conflict
topic-violence = Being hurt by someone
topic-self-harm = Hurting myself
topic-dark-thoughts = Thoughts of not living
topic-other = Something else

## Later: what follows comes with the talk, not with the first screen

## Waiting

place = { $n ->
    [0] You are next
    [one] { $n } person before you
   *[other] { $n } people before you
  }
range = It may take about { $low } to { $high } minutes.
range-up-to = { $high ->
    [one] It may take up to a minute.
   *[other] It may take up to { $high } minutes.
  }
range-unknown = We can’t say yet how long it will take.
waiting-write = You can start writing now. It is read when someone joins.
fit-no-language = Nobody on duty speaks your language right now.
fit-nobody = Nobody is free right now. You keep your place.
fit-closed = We are closed right now. The helplines above still answer.
widen = Also talk in { $language }
widened = We now also look for someone who speaks { $language }.
code-about = You can get a code of four words. It brings you back from another device.
code-get = Give me a return code

## Talk

talk-title = You are talking with { $supporter }
your-name = Your name here is { $name }.
log = What was said
composer = Write here
send = Send
typing = { $who } is writing
line-pending = Sending
line-sent = Sent
line-read = Read
line-masked = Contact details were hidden, to keep everyone safe.
line-refused = Not sent.
line-again = Send again
log-matched = { $who } is here now.
log-joined = Someone from the team has joined.
log-left = { $who } has left.
log-unreadable = Something that was written here can’t be shown any more.
log-left-waits = { $who } has left. You are at the front of the line.
helped = What you write sounds heavy. You are still welcome here. These people can help right now too.
reconnecting = The connection is lost. Your place is kept. We are trying again.
reconnecting-new = The connection is lost. We are trying again.
reconnecting-full = All places are taken right now. We are trying again. The helplines above still answer.
report = Report a problem
report-title = What is wrong?
report-about = The supervisors will look at it. Your supporter is not told that it was you.
report-unkind = They are unkind
report-sexual = They are sexual with me
report-contact = They ask to meet or for contacts
report-unsafe = I do not feel safe here
report-other = Something else
report-thanks = Thank you. The supervisors have been told.
leave = End the talk
erase = Erase what was said
erase-title = Erase everything that was said?
erase-keep = Keep it
erase-about = All messages are erased at once, on our side and on your supporter’s screen. The talk ends. Nobody can bring them back.
erase-stays = If you were in danger, the team still knows that they were called. It does not know your words any more. Very rarely, two of them may already have decided to keep a talk for a while, to protect somebody. Then you are told until when.
erase-sure = Erase it now
erasing = Erasing…

leave-title = End the talk?
leave-stay = Stay in the talk
leave-fine = You can leave at any time. That is always fine.
leave-done = I am done for now
leave-not-now = It is not the right time
leave-uncomfortable = It does not feel right

refused-abusive = This could not be sent. Its words would hurt someone.
refused-conversation-ended = The talk has ended.
refused-not-now = That is not possible right now.
refused-not-allowed = That is not possible here.
refused-too-fast = That was very fast. Please wait a moment.
refused-unavailable = That did not work. Please try again soon.

## While too many come

work-title = Many people are coming just now
work-about = Your device is working for you. This takes a few seconds. Then it goes on by itself.
work-done = How much is done
others-help = These people can help right now:

## When it can't go on

trouble-title = This did not work
trouble-gone = This talk is over, or was erased.
trouble-code = This code does not work. It may have been used, or be too old.
trouble-elsewhere = This talk is now open in another window.
trouble-page = Something on this page went wrong. Please start again.
trouble-origin = This page came from another site. Please open it again from its own address.
entry-work = Very many people are coming just now, and this browser can’t do what we ask for. Please try again in a few minutes.
entry-too-many = Too many people came from your network. Please try again in a few minutes.
entry-slowly = Very many people are coming just now, so we let people in slowly. Please try again in a minute.
entry-paused = You can’t begin a new talk from here until { $until }. The team decided this after an earlier talk from your network. That may have been someone else.
entry-blocked = You can’t begin a new talk from here right now. The team decided this after an earlier talk from your network, and will look at it again. That may have been someone else.
entry-full = All places are taken right now. Please try again in a few minutes.
entry-closed = We are closed right now.
start-over = Back to the start

## After

ended-erased = Everything that was said is erased.
erased-held = What was said is erased, but for one copy. Two people of the team had decided to keep it, because somebody may be in danger or something has to be looked into. It is destroyed by { $until }, unless two of them decide so anew.
ended-left = The talk has ended.
ended-closed = The talk has ended.
ended-lost = The connection was lost for too long. The talk has ended.
ended-blocked = The team has ended this talk.
ended-gave-up = You have left the line.
after-mood = How do you feel now?
after-helped = Did it help to write?
feedback-yes = Yes
feedback-a-bit = A little
feedback-no = No
after-thanks = Thank you for telling us.
after-next-title = One small step
after-next = Drink some water. Then look for one thing near you that is calm.
after-back = You can come back at any time.

## Coping tools

tools-title = Things that can help
tools-local = Nothing you do here leaves this page.
tool-start = Start
tool-stop = Stop
tool-done = That is all. Notice how you feel now.
tool-again = Once more
tool-breathing = Breathe slowly
tool-senses = Notice five things
tool-writing = Write it down
tool-muscles = Let your muscles go
tool-boundary = Say no kindly
breathing-about = Breathe in for 4, hold for 2, breathe out for 6. Stop at any time.
breath-in = Breathe in for { $seconds } seconds
breath-hold = Hold for { $seconds } seconds
breath-out = Breathe out for { $seconds } seconds
sense-see = Name { $n } things you can see.
sense-touch = Name { $n } things you can touch.
sense-hear = Name { $n } things you can hear.
sense-smell = Name { $n } things you can smell.
sense-taste = Name { $n } thing you can taste.
muscles-about = Go slowly. Leave out any part that hurts.
muscle = Tense your { $part } while you count to five. Then let go.
muscle-hands = hands
muscle-arms = arms
muscle-shoulders = shoulders
muscle-face = face
muscle-belly = belly
muscle-legs = legs
writing-about = Write what you like. Nobody reads it, and it is not kept.
writing-clear = Wipe it away
boundary-about = Fill in three small gaps. You can say it, or only read it.
boundary-when = What happens?
boundary-feel = How do you feel then?
boundary-need = What do you need?
boundary-phrase = When this happens: { $when }, I feel { $feel }. I need { $need }.
