using Sillage.Api.Problems;
using Sillage.Storage;

namespace Sillage.Rowing.Squads;

/// <summary>How somebody goes out of a squad: with all that was seen of him in it.</summary>
internal static class Leaving
{
    private const string CountOtherCoaches = """
        SELECT COUNT(*) FROM squad_member WHERE squad_id = @Squad AND role = 'coach' AND account_id <> @Account
        """;

    private const string DeleteAnswers = """
        DELETE FROM assignment_answer
        WHERE account_id = @Account AND assignment_id IN (SELECT id FROM assignment WHERE squad_id = @Squad)
        """;

    private const string Delete = "DELETE FROM squad_member WHERE squad_id = @Squad AND account_id = @Account";

    /// <summary>Takes somebody out.</summary>
    /// <exception cref="ProblemException">404: he is not in it. 409: he is its last coach.</exception>
    public static async Task RunAsync(IUnitOfWork unit, Guid squad, Guid account, Guid actor, CancellationToken ct)
    {
        await KeepACoachAsync(unit, squad, account, ct);
        var who = new { Squad = squad, Account = account };
        await unit.ExecuteAsync(DeleteAnswers, who, ct);
        if (await unit.ExecuteAsync(Delete, who, ct) == 0)
        {
            throw new ProblemException(Problem.NotFound());
        }

        var details = $$"""{"squad":"{{squad}}"}""";
        await unit.AuditAsync(new AuditEntry("squad.left", actor, account.ToString(), details), ct);
    }

    /// <summary>Sees to it that a coach is left.</summary>
    /// <exception cref="ProblemException">409: besides him there is no coach.</exception>
    public static async Task KeepACoachAsync(IUnitOfWork unit, Guid squad, Guid account, CancellationToken ct)
    {
        if (!await HasOtherCoachAsync(unit, squad, account, ct))
        {
            throw new ProblemException(
                Problem.Conflict("A squad has a coach. Make somebody else one first, or dissolve it.")
            );
        }
    }

    /// <summary>Whether the squad has a coach besides this person.</summary>
    public static async Task<bool> HasOtherCoachAsync(IReader reader, Guid squad, Guid account, CancellationToken ct) =>
        await reader.ScalarAsync<long>(CountOtherCoaches, new { Squad = squad, Account = account }, ct) > 0;
}
