using Sillage.Api.Replies;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Participants;

/// <summary>A participant of a study.</summary>
/// <param name="Number">
/// The number in the study. Whoever handed out the credentials knows it, so it is shown with the rights <c>manage</c> or
/// <c>identities</c> only.
/// </param>
/// <param name="Pseudonym">The random name under which the participant's traces are read.</param>
/// <param name="Username">The account's user name; with the right <c>identities</c> only.</param>
/// <param name="CreatedAt">Since which day he takes part (midnight, UTC; no more is kept); shown where the number is, as the one tells the other.</param>
/// <param name="Links">Where to go from here.</param>
public sealed record ParticipantResource(
    long? Number,
    string Pseudonym,
    string? Username,
    DateTimeOffset? CreatedAt,
    Links Links
)
{
    internal static readonly ParticipantResource Example = new(
        1,
        "p3k9x2m7q8w1z",
        "java-quest-1",
        Examples.Time,
        new Links("/api/v1/studies/java-quest/participants/p3k9x2m7q8w1z")
    );
}

/// <summary>Accounts just made for players, with their passwords: shown this once and kept nowhere in the clear.</summary>
/// <param name="Items">The new participants, by number.</param>
public sealed record ProvisionedParticipants(IReadOnlyList<ProvisionedParticipant> Items)
{
    internal static readonly ProvisionedParticipants Example = new([
        new ProvisionedParticipant(1, "java-quest-1", "tulip-orbit-93-canal", "p3k9x2m7q8w1z"),
    ]);
}

/// <summary>A new participant with the credentials to hand out.</summary>
/// <param name="Number">The number in the study, from 1 up.</param>
/// <param name="Username">The account's user name.</param>
/// <param name="Password">The account's password.</param>
/// <param name="Pseudonym">The random name under which the participant's traces are read.</param>
public sealed record ProvisionedParticipant(long Number, string Username, string Password, string Pseudonym);

/// <summary>Reads participants, with as much of them as the reader may see.</summary>
internal static class ParticipantView
{
    public sealed record Row(long Number, string Pseudonym, string? Username, DateTimeOffset CreatedAt);

    public static ParticipantResource Show(Row row, string study, StudyRights rights)
    {
        var numbers = (rights & ParticipantName.SeeNumbers) != StudyRights.None;
        var self = $"{StudyResource.AddressOf(study)}/participants/{row.Pseudonym}";
        var links = new Links(self)
        {
            ["traces"] = $"{StudyResource.AddressOf(study)}/traces?participant={row.Pseudonym}",
        };
        if ((rights & StudyRights.Manage) != StudyRights.None)
        {
            links["consent"] = self + "/consent";
        }

        return new ParticipantResource(
            numbers ? row.Number : null,
            row.Pseudonym,
            (rights & StudyRights.Identities) != StudyRights.None ? row.Username : null,
            numbers ? row.CreatedAt : null,
            links
        );
    }
}
