using System.Text.Json.Serialization;
using Sillage.Api.Access;
using Sillage.Api.Replies;
using Sillage.Schema;

namespace Sillage.Traces.Studies;

/// <summary>A study: a game or app whose traces are collected.</summary>
/// <param name="Slug">Its name in addresses.</param>
/// <param name="Title">Its name for people.</param>
/// <param name="Fields">The fields that its traces have.</param>
/// <param name="UnknownFields">What becomes of members of <c>data</c> that are no declared field.</param>
/// <param name="RetentionDays">For how many days after their receipt traces are kept; null for ever.</param>
/// <param name="Consent">What participants are asked to agree to, if anything.</param>
/// <param name="Owner">The account that made it; only for those who manage the study.</param>
/// <param name="Rights">What the caller may do in it; empty for a player.</param>
/// <param name="Number">The caller's own number, if he is a participant.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="UpdatedAt">When its title or fields last changed.</param>
/// <param name="Links">Where to go from here.</param>
public sealed record StudyResource(
    string Slug,
    string Title,
    IReadOnlyList<FieldDefinition> Fields,
    UnknownFields UnknownFields,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] int? RetentionDays,
    ConsentTerms? Consent,
    Guid? Owner,
    IReadOnlyList<string> Rights,
    long? Number,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    Links Links
)
{
    internal static readonly FieldDefinition[] ExampleFields =
    [
        new("room", FieldType.String, Required: true, MaxLength: 80, Description: "Where in the game."),
        new("answer", FieldType.String, Description: "What the player typed."),
        new("correct", FieldType.Boolean),
        new("difficulty", FieldType.Integer, Values: [Examples.Number(1), Examples.Number(2), Examples.Number(3)]),
    ];

    internal static readonly StudyResource Example = new(
        "java-quest",
        "Java quest",
        StudyResource.ExampleFields,
        UnknownFields.Keep,
        null,
        new ConsentTerms(
            Required: true,
            3,
            "I agree that what I do in the game is kept under a pseudonym for five years and used for research.",
            "https://example.org/java-quest",
            Renew: true
        ),
        Examples.Account,
        ["read", "write", "manage", "identities"],
        null,
        Examples.Time,
        Examples.Time,
        new Links("/api/v1/studies/java-quest") { ["traces"] = "/api/v1/studies/java-quest/traces" }
    );

    internal static StudyResource Of(Study study, Caller caller)
    {
        var rights = study.RightsOf(caller);
        var number = study.NumberOf(caller);
        return new StudyResource(
            study.Slug,
            study.Title,
            study.Fields,
            study.UnknownFields,
            study.RetentionDays,
            study.Consent?.Terms,
            (rights & StudyRights.Manage) != StudyRights.None ? study.Owner : null,
            Study.NamesOf(rights),
            number,
            study.CreatedAt,
            study.UpdatedAt,
            LinksOf(study, rights, number)
        );
    }

    internal static string AddressOf(string slug) => "/api/v1/studies/" + slug;

    private static Links LinksOf(Study study, StudyRights rights, long? number)
    {
        var self = AddressOf(study.Slug);
        var links = new Links(self);
        if (number is not null || (rights & (StudyRights.Read | StudyRights.Write)) != StudyRights.None)
        {
            links["traces"] = self + "/traces";
        }

        if (study.Consent is not null)
        {
            links["consent"] = self + "/consent";
        }

        if ((rights & StudyRights.Read) != StudyRights.None)
        {
            links["live"] = self + "/traces/live";
            links["export"] = self + "/traces/export";
            links["codebook"] = self + "/codebook";
            links["summary"] = self + "/summary";
            links["sessions"] = self + "/sessions";
            links["gaps"] = self + "/gaps";
        }

        if ((rights & (StudyRights.Read | StudyRights.Manage | StudyRights.Identities)) != StudyRights.None)
        {
            links["participants"] = self + "/participants";
        }

        if ((rights & StudyRights.Manage) != StudyRights.None)
        {
            links["rights"] = self + "/rights";
            links["consents"] = self + "/consents";
            links["quarantine"] = self + "/quarantine";
            links["put-back"] = self + "/quarantine/put-back";
            links["retention"] = self + "/retention";
        }

        return links;
    }
}
