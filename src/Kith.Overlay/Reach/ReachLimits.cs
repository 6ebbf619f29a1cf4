namespace Kith.Overlay.Reach;

/// <summary>The limits of registrations, calls and punches (docs/protocol/reach.md); times are milliseconds.</summary>
public static class ReachLimits
{
    /// <summary>Registrations that a node keeps where strangers cannot reach it.</summary>
    public const int Registrations = 3;

    /// <summary>The same where they can: so that who cannot reach it after all finds a way.</summary>
    public const int RegistrationsWhenReachable = 1;

    /// <summary>Registrations beyond these that are tried at once while none carries circuits though we agree to such, or none is of a family that we have not; kept is only what brings it.</summary>
    public const int RegistrationsBeyond = 2;

    /// <summary>How long one that did not bring it is not asked.</summary>
    public const long SurplusAvoidFor = 10 * 60_000;

    /// <summary>Between two ways in that are asked whether they are what is lacking.</summary>
    public const long EntryPause = 5_000;

    /// <summary>A registration is renewed after so long, and up to <see cref="RenewJitter"/> more: sooner than any mapping of a NAT that is worth the name ends.</summary>
    public const long RenewAfter = 15_000;

    /// <inheritdoc cref="RenewAfter"/>
    public const long RenewJitter = 3_000;

    /// <summary>An introducer that did not answer is asked again after so long; then after twice as long each time, <see cref="MaxUnanswered"/> times.</summary>
    public const long FirstRetry = 500;

    /// <summary>Requests without an answer after which an introducer is given up.</summary>
    public const int MaxUnanswered = 4;

    /// <summary>How long an introducer that was given up, or refused, is not asked.</summary>
    public const long AvoidFor = 60_000;

    /// <summary>The same while fewer than <see cref="EnoughRegistrations"/> keep us, or than are wanted.</summary>
    public const long AvoidForFew = 5_000;

    /// <summary>Registrations with which one may end and others still find us.</summary>
    public const int EnoughRegistrations = 2;

    /// <summary>An introducer that kept us and fell silent is asked again so soon, while there are not enough others …</summary>
    public const long LostRetry = 3_000;

    /// <summary>… and, once it has been silent for long, after this share of that time.</summary>
    public const long LostRetryShare = 20;

    /// <summary>After so long it is forgotten.</summary>
    public const long LostLife = 24 * 60 * 60 * 1000;

    /// <summary>Requests without an answer to such a one, each time: so that it keeps no other from its place.</summary>
    public const int MaxUnansweredOfLost = 2;

    /// <summary>Such introducers that are remembered; of more the oldest is forgotten.</summary>
    public const int MaxLost = 8;

    /// <summary>Somebody says that an introducer is gone: it is asked at once, unless that was done so lately.</summary>
    public const long SuspectPause = 1_000;

    /// <summary>Introducers that are avoided at once; of more all are forgotten.</summary>
    public const int MaxAvoided = 256;

    /// <summary>How long an introducer keeps a registration that is not renewed (specification).</summary>
    public const long Lifetime = 60_000;

    /// <summary>Registrations that one introducer keeps.</summary>
    public const int MaxRegistered = 4_096;

    /// <summary>The same of one prefix.</summary>
    public const int MaxRegisteredPerPrefix = 64;

    /// <summary>Requests of registration that an introducer answers: so many at once …</summary>
    public const double RegisterBurst = 512;

    /// <summary>… and so many a second.</summary>
    public const double RegistersPerSecond = 256;

    /// <summary>Calls that an introducer passes on to one handle: so many at once …</summary>
    public const double CallBurstOfHandle = 16;

    /// <summary>… and so many a second.</summary>
    public const double CallsPerSecondOfHandle = 2;

    /// <summary>Calls that it takes from one prefix: so many at once …</summary>
    public const double CallBurstOfPrefix = 64;

    /// <summary>… and so many a second.</summary>
    public const double CallsPerSecondOfPrefix = 8;

    /// <summary>Prefixes whose calls are counted; of more the counting begins anew.</summary>
    public const int MaxCountedPrefixes = 1_024;

    /// <summary>Calls that it passes on in all: so many at once …</summary>
    public const double CallBurst = 512;

    /// <summary>… and so many a second.</summary>
    public const double CallsPerSecond = 256;

    /// <summary>Calls whose answer is waited for; further ones are refused.</summary>
    public const int MaxPassing = 2_048;

    /// <summary>How long an answer is waited for at the introducer.</summary>
    public const long PassingLife = 10_000;

    /// <summary>Answers passed back for one call: a call is repeated, and so is its answer.</summary>
    public const int MaxAnswersOfCall = 4;

    /// <summary>Ways through introducers that one call takes.</summary>
    public const int MaxVias = 6;

    /// <summary>Calls of our own under way; further ones fail.</summary>
    public const int MaxCalls = 64;

    /// <summary>How long an answer is waited for by the caller.</summary>
    public const long CallPatience = 5_000;

    /// <summary>Calls that we open: so many at once …</summary>
    public const double OpenBurst = 32;

    /// <summary>… and so many a second: each costs four agreements of keys.</summary>
    public const double OpensPerSecond = 10;

    /// <summary>Calls of keys that are no contact's which are obeyed: so many at once …</summary>
    public const double StrangerBurst = 16;

    /// <summary>… and so many a second: four a minute.</summary>
    public const double StrangersPerSecond = 4.0 / 60;

    /// <summary>Calls of one contact that are obeyed: so many at once …</summary>
    public const double ContactBurst = 8;

    /// <summary>… and so many a second.</summary>
    public const double ContactsPerSecond = 0.5;

    /// <summary>Keys whose last call is remembered; of more the one that called longest ago is forgotten.</summary>
    public const int MaxCallers = 4_096;

    /// <summary>Contacts that are known as such; of more the rest counts as strangers.</summary>
    public const int MaxContacts = 4_096;

    /// <summary>Candidates in a call (specification).</summary>
    public const int MaxCandidates = 12;

    /// <summary>Candidates of a stranger that are punched.</summary>
    public const int MaxCandidatesOfStranger = 4;

    /// <summary>Lowest port that is punched: below are services of the system (RFC 6335 section 6).</summary>
    public const int MinPort = 1024;

    /// <summary>The one lower port that introducers may be at: what lets nothing else out lets out this (RFC 9110 section 4.2.2).</summary>
    public const int HttpsPort = 443;

    /// <summary>Whether an introducer may be at a port.</summary>
    public static bool MayIntroduceAt(int port) => port is >= MinPort or HttpsPort;

    /// <summary>Punches under way at once; a call beyond is answered and not punched.</summary>
    public const int MaxPunches = 64;

    /// <summary>Addresses that strangers make us punch which are remembered, for <see cref="StrangerTargetInterval"/>; beyond them none is.</summary>
    public const int MaxStrangerTargets = 1_024;

    /// <summary>A stranger's address, whatever the port, is punched once in so long.</summary>
    public const long StrangerTargetInterval = 15_000;

    /// <summary>Working endpoints that one punch tells.</summary>
    public const int MaxWorking = 8;

    /// <summary>Probes that say "heard" to one endpoint.</summary>
    public const int MaxHeard = 6;

    /// <summary>How long a punch goes on after the first endpoint that works, to find a better one.</summary>
    public const long Settle = 1_000;

    /// <summary>How long a punch lasts where nothing works and many sockets are of no use.</summary>
    public const long PunchPatience = 4_000;

    /// <summary>How long it lasts with many sockets.</summary>
    public const long SprayPatience = 40_000;

    /// <summary>Connections by TCP begin after so much of a punch that found nothing; at once where one side has no UDP.</summary>
    public const long MeetAfter = 1_000;

    /// <summary>Many sockets begin after so much of a punch that found nothing.</summary>
    public const long SprayAfter = 1_000;

    /// <summary>Sockets that the hard side opens.</summary>
    public const int SpraySockets = 256;

    /// <summary>Ports that the easy side tries at the other's address: 256 of 64,512 are open, so 1,024 find one with 98 % and 1,750 with 99.9 %.</summary>
    public const int SprayProbes = 1_750;

    /// <summary>Between two steps of many sockets.</summary>
    public const long SprayStep = 20;

    /// <summary>How often who waits for a turn looks whether it has come.</summary>
    public const long SprayTurn = 200;

    /// <summary>Random ports tried in one step: a hundred a second.</summary>
    public const int SprayProbesPerStep = 2;

    /// <summary>Sockets that send in one step.</summary>
    public const int SpraySocketsPerStep = 8;

    /// <summary>Each socket sends again after so long, so that its mapping stays.</summary>
    public const long SprayAgain = 10_000;

    /// <summary>Punches with many sockets at once: they share their sockets.</summary>
    public const int MaxSprays = 16;

    /// <summary>Of these, such as try many ports at the same time; the others wait.</summary>
    public const int MaxSpraysAtPorts = 2;

    /// <summary>The easy side sprays one contact at most once in so long where it came to nothing.</summary>
    public const long SprayInterval = 5 * 60_000;
}
