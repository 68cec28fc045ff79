using System.Text.Json;
using Sillage.Hosting.Problems;
using Sillage.Hosting.Replies;
using Sillage.Traces.Codebooks;
using Sillage.Traces.Consent;
using Sillage.Traces.Intake;
using Sillage.Traces.Participants;
using Sillage.Traces.Quarantine;
using Sillage.Traces.Query;
using Sillage.Traces.Retention;
using Sillage.Traces.Rights;
using Sillage.Traces.Studies;

namespace Sillage.Traces;

/// <summary>The examples of the API's description: one study, from its making to its export.</summary>
internal static class Examples
{
    private static readonly DateTimeOffset Time = new(2026, 11, 20, 9, 30, 0, 250, TimeSpan.Zero);

    private static readonly Guid Account = new("01935a2e-1111-7a61-9a5b-3c2f1e0d4b58");

    private static readonly FieldDefinition[] Fields =
    [
        new("room", FieldType.String, Required: true, MaxLength: 80, Description: "Where in the game."),
        new("answer", FieldType.String, Description: "What the player typed."),
        new("correct", FieldType.Boolean),
        new("difficulty", FieldType.Integer, Values: [Number(1), Number(2), Number(3)]),
    ];

    public static readonly CreateStudy.Request NewStudy = new("java-quest", "Java quest", Fields, UnknownFields.Keep);

    public static readonly StudyResource Study = new(
        "java-quest",
        "Java quest",
        Fields,
        UnknownFields.Keep,
        null,
        new ConsentTerms(
            Required: true,
            3,
            "I agree that what I do in the game is kept under a pseudonym for five years and used for research.",
            "https://example.org/java-quest",
            Renew: true
        ),
        Account,
        ["read", "write", "manage", "identities"],
        null,
        Time,
        Time,
        new Links("/api/v1/studies/java-quest") { ["traces"] = "/api/v1/studies/java-quest/traces" }
    );

    public static readonly RightsResource Rights = new(
        Account,
        "researcher",
        null,
        ["read"],
        Owner: false,
        new Links("/api/v1/studies/java-quest/rights/" + Account)
    );

    public static readonly ProvisionedParticipants Credentials = new([
        new ProvisionedParticipant(1, "java-quest-1", "tulip-orbit-93-canal", "p3k9x2m7q8w1z"),
    ]);

    public static readonly ParticipantResource Participant = new(
        1,
        "p3k9x2m7q8w1z",
        "java-quest-1",
        Time,
        new Links("/api/v1/studies/java-quest/participants/p3k9x2m7q8w1z")
    );

    public static readonly object[] SentTraces =
    [
        new
        {
            id = "01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58",
            timestamp = "2026-11-20T09:30:00.250Z",
            session = "s-1",
            sequence = 1,
            name = "answered",
            data = new
            {
                room = "loops",
                answer = "for",
                correct = true,
            },
            participant = 1,
        },
    ];

    public static readonly IntakeReply Taken = new(
        1,
        0,
        [new RejectedTrace(1, null, [new FieldError("/data/room", "This field is needed.")])]
    );

    public static readonly TraceResource Trace = new(
        new Guid("01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58"),
        "p3k9x2m7q8w1z",
        null,
        null,
        "2026-11-20T09:30:00.250Z",
        Time.AddMilliseconds(80),
        "s-1",
        1,
        "answered",
        RawJson.Of(
            new
            {
                room = "loops",
                answer = "for",
                correct = true,
            }
        ),
        new Links("/api/v1/studies/java-quest/traces/01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58")
    );

    public static readonly ConsentState OwnConsent = new(
        1,
        null,
        ConsentStanding.Given,
        3,
        Time,
        "participant",
        new Links("/api/v1/studies/java-quest/consent") { ["study"] = "/api/v1/studies/java-quest" }
    );

    public static readonly ConsentState PaperConsent = new(
        1,
        "p3k9x2m7q8w1z",
        ConsentStanding.Given,
        3,
        Time,
        "researcher",
        new Links("/api/v1/studies/java-quest/participants/p3k9x2m7q8w1z/consent")
    );

    public static readonly ReadConsent.Response Consent = new(
        Required: true,
        3,
        Study.Consent!.Text,
        Study.Consent.Url,
        Renew: true,
        OwnConsent,
        new Links("/api/v1/studies/java-quest/consent") { ["study"] = "/api/v1/studies/java-quest" }
    );

    public static readonly Codebook Codebook = new(
        "java-quest",
        "Java quest",
        2,
        Time,
        [
            new CodebookColumn(
                "difficulty",
                "difficulty",
                "integer",
                Required: false,
                "How hard the room is.",
                null,
                [Number(1), Number(2), Number(3)],
                Masked: false,
                Present: 2,
                Missing: 0,
                Number(1),
                Number(3),
                null,
                null,
                2,
                [new CodebookValue(Number(1), 1), new CodebookValue(Number(3), 1)]
            ),
        ],
        new Links("/api/v1/studies/java-quest/codebook") { ["export"] = "/api/v1/studies/java-quest/traces/export" }
    );

    public static readonly QuarantinedTrace Quarantined = new(
        new Guid("01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b59"),
        "{\"name\":\"answered\"}",
        null,
        19,
        "5c0e2a94b7d1",
        [new FieldError("/timestamp", "This member is needed.")],
        1,
        null,
        1,
        Time,
        Time,
        new Links("/api/v1/studies/java-quest/quarantine/01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b59")
        {
            ["put-back"] = "/api/v1/studies/java-quest/quarantine/01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b59/put-back",
        }
    );

    public static readonly QuarantineReason QuarantineReason = new(
        "5c0e2a94b7d1",
        412,
        [new FieldError("/data/room", "At most 20 characters.")],
        Time,
        new Links { ["put-back"] = "/api/v1/studies/java-quest/quarantine/put-back?reason=5c0e2a94b7d1" }
    );

    public static readonly ReadmittedTrace Readmitted = new(
        new Guid("01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58"),
        Duplicate: false,
        new Links
        {
            ["trace"] = "/api/v1/studies/java-quest/traces/01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58",
            ["quarantine"] = "/api/v1/studies/java-quest/quarantine",
        }
    );

    public static readonly PutBackReport PutBack = new(
        410,
        0,
        2,
        DryRun: false,
        new Links { ["reasons"] = "/api/v1/studies/java-quest/quarantine/reasons" }
    );

    public static readonly DismissReport Dismissed = new(
        2,
        DryRun: false,
        new Links { ["reasons"] = "/api/v1/studies/java-quest/quarantine/reasons" }
    );

    public static readonly RetentionResource Retention = new(
        365,
        365,
        Time.AddDays(-365),
        12_806,
        14,
        Time.AddDays(-400),
        Time.AddDays(-365).AddMinutes(-3),
        new Links("/api/v1/studies/java-quest/retention")
        {
            ["runs"] = "/api/v1/studies/java-quest/retention/runs",
            ["study"] = "/api/v1/studies/java-quest",
        }
    );

    public static readonly RetentionRun RetentionRun = new(
        new Guid("01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b5a"),
        365,
        Time.AddDays(-365),
        12_806,
        14,
        Time.AddDays(-400),
        Time.AddDays(-365).AddMinutes(-3),
        null,
        Time,
        Time.AddSeconds(2),
        CutShort: false,
        new Links("/api/v1/studies/java-quest/retention/runs/01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b5a")
    );

    private static JsonElement Number(int value) => JsonSerializer.SerializeToElement(value);
}
