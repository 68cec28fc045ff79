using Sillage.Api.Problems;
using Sillage.Storage;

namespace Sillage.Rowing.Squads;

/// <summary>How somebody comes into a squad: with nothing of his seen in it.</summary>
internal static class SquadEntry
{
    private const string Insert = """
        INSERT INTO squad_member (squad_id, account_id, role, joined_at, shares_results, shares_live, shares_workouts)
        VALUES (@Squad, @Account, @Role, @Now, @No, @No, @No)
        """;

    private const string CountOfPerson = "SELECT COUNT(*) FROM squad_member WHERE account_id = @Account";

    private const string CountInSquad = "SELECT COUNT(*) FROM squad_member WHERE squad_id = @Squad";

    /// <summary>Takes somebody in.</summary>
    /// <exception cref="ProblemException">409: too many squads, or too many people in it.</exception>
    public static async Task AddAsync(
        IUnitOfWork unit,
        Guid squad,
        Guid account,
        string role,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        if (await unit.ScalarAsync<long>(CountOfPerson, new { Account = account }, ct) >= Squad.MostSquads)
        {
            throw new ProblemException(Problem.Conflict($"You are in {Squad.MostSquads} squads. Leave one first."));
        }

        if (await unit.ScalarAsync<long>(CountInSquad, new { Squad = squad }, ct) >= Squad.MostMembers)
        {
            throw new ProblemException(
                Problem.Conflict($"There are {Squad.MostMembers} people in this squad already.")
            );
        }

        var row = new
        {
            Squad = squad,
            Account = account,
            Role = role,
            Now = now,
            No = false,
        };
        await unit.ExecuteAsync(Insert, row, ct);
    }
}
