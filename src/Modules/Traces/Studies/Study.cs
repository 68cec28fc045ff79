using System.ComponentModel;
using Microsoft.AspNetCore.Http;
using Sillage.Api.Access;
using Sillage.Api.Problems;
using Sillage.Schema;
using Sillage.Traces.Masks;

namespace Sillage.Traces.Studies;

/// <summary>What an account may do in one study.</summary>
[Flags]
internal enum StudyRights
{
    None = 0,

    /// <summary>Query, watch and export traces, under pseudonyms.</summary>
    Read = 1,

    /// <summary>Send traces in the name of any participant.</summary>
    Write = 2,

    /// <summary>Change the study, hand out credentials, give rights, look after the quarantine.</summary>
    Manage = 4,

    /// <summary>See which account is behind a pseudonym.</summary>
    Identities = 8,

    /// <summary>Send one's own traces: not given, but had by whoever takes part.</summary>
    [Description("to be one of its participants")]
    TakePart = 16,
}

/// <summary>A participant as others see him: never with his account.</summary>
internal readonly record struct ParticipantEntry(long Number, string Pseudonym);

/// <summary>
/// A study as it stood at one version, with all that requests need to know of it. Immutable; <see cref="StudyDirectory"/>
/// keeps it in memory and sees to it that it is not out of date.
/// </summary>
internal sealed class Study : IResource<StudyRights>
{
    /// <summary>The most days that a study may name: about a hundred years.</summary>
    public const int LongestRetention = 36_500;

    public required long Key { get; init; }

    public required string Slug { get; init; }

    public required string Title { get; init; }

    public required IReadOnlyList<FieldDefinition> Fields { get; init; }

    public required UnknownFields UnknownFields { get; init; }

    /// <summary>For how many days after their receipt traces are kept; null for ever.</summary>
    public int? RetentionDays { get; init; }

    public required Guid? Owner { get; init; }

    public required long Version { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public required FieldRules Rules { get; init; }

    /// <summary>Puts tokens for, or leaves out, what the fields are marked for; null where none is marked.</summary>
    public DataMask? Mask { get; init; }

    /// <summary>Random bytes that no reply shows, for tokens and ids that nobody is to work out; null until something asks for them.</summary>
    public byte[]? Secret { get; init; }

    /// <summary>What participants are asked to agree to; null where nothing ever was.</summary>
    public StudyConsent? Consent { get; init; }

    public required IReadOnlyDictionary<Guid, StudyRights> Rights { get; init; }

    public required IReadOnlyDictionary<Guid, long> NumberByAccount { get; init; }

    public required IReadOnlyDictionary<long, string> PseudonymByNumber { get; init; }

    public required IReadOnlyDictionary<string, long> NumberByPseudonym { get; init; }

    /// <inheritdoc />
    public string Called => $"the study '{Slug}'";

    /// <summary>Binds the study that the gate of the route has found.</summary>
    public static ValueTask<Study?> BindAsync(HttpContext context) =>
        ValueTask.FromResult((Study?)context.Features.Get<IResource<StudyRights>>());

    /// <summary>Whether traces of this participant may be taken: his consent holds, or none is needed and he took none back.</summary>
    public bool MayTakeFrom(long number) => Consent?.Allows(number) is not false;

    public bool HasParticipant(long number) => PseudonymByNumber.ContainsKey(number);

    /// <summary>The caller's own number, if he is a participant.</summary>
    public long? NumberOf(Caller caller) => NumberByAccount.TryGetValue(caller.Id, out var number) ? number : null;

    /// <inheritdoc />
    public StudyRights RightsOf(Caller caller)
    {
        var rights = Rights.GetValueOrDefault(caller.Id);
        if (caller.Id == Owner)
        {
            rights |= StudyRights.Read | StudyRights.Write | StudyRights.Manage | StudyRights.Identities;
        }

        if (caller.Can(TracesPermission.ManageAllStudies))
        {
            rights |= StudyRights.Read | StudyRights.Write | StudyRights.Manage;
        }

        if (NumberByAccount.ContainsKey(caller.Id))
        {
            rights |= StudyRights.TakePart;
        }

        return rights & AllowedTo(caller.Permissions);
    }

    /// <summary>The rights that somebody with these permissions can make use of.</summary>
    public static StudyRights AllowedTo(IReadOnlySet<string> permissions) =>
        (permissions.Contains(TracesPermission.ReadTraces.Name) ? StudyRights.Read : StudyRights.None)
        | (
            permissions.Contains(TracesPermission.WriteTraces.Name)
                ? StudyRights.Write | StudyRights.TakePart
                : StudyRights.None
        )
        | (
            permissions.Contains(TracesPermission.CreateStudies.Name)
            || permissions.Contains(TracesPermission.ManageAllStudies.Name)
                ? StudyRights.Manage
                : StudyRights.None
        )
        | (permissions.Contains(TracesPermission.ReadIdentities.Name) ? StudyRights.Identities : StudyRights.None);

    /// <summary>Whether the caller may know that there is such a study.</summary>
    public bool IsKnownTo(Caller caller) =>
        caller.Id == Owner
        || Rights.ContainsKey(caller.Id)
        || NumberByAccount.ContainsKey(caller.Id)
        || caller.Can(TracesPermission.ManageAllStudies);

    /// <summary>The same study at a later version, where the caller may still do all that he could do here.</summary>
    /// <exception cref="ProblemException">403: he may less by now; 404: the study is gone, or another has its name.</exception>
    public Study Follow(Study? later, Caller caller)
    {
        if (later?.Key != Key || !later.IsKnownTo(caller))
        {
            throw new ProblemException(Problem.NotFound());
        }

        return later.RightsOf(caller).HasFlag(RightsOf(caller))
            ? later
            : throw new ProblemException(Problem.Forbidden("A right in the study was taken away at this moment."));
    }

    /// <summary>Ends the request unless the caller holds <paramref name="right"/>: 404 if he may not even know, else 403.</summary>
    /// <exception cref="ProblemException">403 or 404.</exception>
    public void Demand(Caller caller, StudyRights right)
    {
        if (!IsKnownTo(caller))
        {
            throw new ProblemException(Problem.NotFound());
        }

        if ((RightsOf(caller) & right) != right)
        {
            throw new ProblemException(
                Problem.Forbidden($"This needs the right '{NameOf(right)}' in the study '{Slug}'.")
            );
        }
    }

    /// <summary>A single right's name in requests and replies.</summary>
    public static string NameOf(StudyRights right) =>
        right switch
        {
            StudyRights.Read => "read",
            StudyRights.Write => "write",
            StudyRights.Manage => "manage",
            _ => "identities",
        };

    /// <summary>The right of this name; none if there is no such right.</summary>
    public static StudyRights RightNamed(string name) =>
        name switch
        {
            "read" => StudyRights.Read,
            "write" => StudyRights.Write,
            "manage" => StudyRights.Manage,
            "identities" => StudyRights.Identities,
            _ => StudyRights.None,
        };

    /// <summary>The names of the rights in <paramref name="rights"/>, in fixed order.</summary>
    public static IReadOnlyList<string> NamesOf(StudyRights rights) =>
        [
            .. new[] { StudyRights.Read, StudyRights.Write, StudyRights.Manage, StudyRights.Identities }
                .Where(r => (rights & r) != StudyRights.None)
                .Select(NameOf),
        ];
}
