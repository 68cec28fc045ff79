using Sillage.Accounts.Contracts;
using Sillage.Api.Replies;

namespace Sillage.Rowing.Squads;

/// <summary>What somebody is in a squad.</summary>
public enum SquadRole
{
    /// <summary>Rows.</summary>
    Rower,

    /// <summary>Invites, assigns, and reads the workouts of those who agreed to it.</summary>
    Coach,
}

/// <summary>What a rower agrees that a squad sees of what he rows. Nothing, until he says so; what he takes back is not seen any more from then on.</summary>
/// <param name="Results">Everybody in it: what he did of what is assigned, and his places on the leaderboard.</param>
/// <param name="Live">Everybody in it: distance, time, pace, rate and power while he rows.</param>
/// <param name="Workouts">Its coaches: all workouts, with heart rates, past ones too.</param>
public sealed record Consent(bool Results = false, bool Live = false, bool Workouts = false);

/// <summary>Somebody, as far as he is known.</summary>
/// <param name="Account">The account.</param>
/// <param name="Username">Its user name; left out where accounts cannot be asked, or there is no such account any more.</param>
/// <param name="DisplayName">The name to show, if one was chosen.</param>
public sealed record SquadPerson(Guid Account, string? Username, string? DisplayName)
{
    internal static SquadPerson Example { get; } =
        new(Guid.Parse("5b3c2f1e-0d4b-4a61-9a5b-7c4d01935a2e"), "rower-1", null);

    internal static SquadPerson Of(Guid account, AccountSummary? known) =>
        new(account, known?.Username, known?.DisplayName);
}

/// <summary>A squad, as one of its people sees it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">What it is called.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="Role">What the caller is in it.</param>
/// <param name="Shares">What the caller lets it see.</param>
/// <param name="Rights">What the caller may do: <c>read</c>, <c>take-part</c>, <c>coach</c>.</param>
/// <param name="Links">What one can do next.</param>
public sealed record SquadResource(
    Guid Id,
    string Name,
    DateTimeOffset CreatedAt,
    SquadRole Role,
    Consent Shares,
    IReadOnlyList<string> Rights,
    Links Links
)
{
    internal static SquadResource Example { get; } =
        Of(
            new Squad(
                Guid.Parse("01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58"),
                "First eight",
                DateTimeOffset.UnixEpoch,
                Squad.Rower,
                true,
                true,
                false
            )
        );

    internal static string AddressOf(Guid id) => $"/api/v1/squads/{id}";

    internal static SquadResource Of(Squad squad)
    {
        var self = AddressOf(squad.Id);
        var links = new Links(self)
        {
            ["members"] = $"{self}/members",
            ["membership"] = $"{self}/membership",
            ["assignments"] = $"{self}/assignments",
            ["leaderboard"] = $"{self}/leaderboard",
            ["live"] = $"{self}/live",
        };
        if (squad.IsCoach)
        {
            links["invitations"] = $"{self}/invitations";
        }

        return new SquadResource(
            squad.Id,
            squad.Name,
            squad.CreatedAt,
            squad.IsCoach ? SquadRole.Coach : SquadRole.Rower,
            squad.Consent,
            squad.IsCoach ? ["read", "take-part", "coach"] : ["read", "take-part"],
            links
        );
    }
}
