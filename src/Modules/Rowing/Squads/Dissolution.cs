using Sillage.Storage;

namespace Sillage.Rowing.Squads;

/// <summary>Ends a squad, with all that is of it and not of its rowers.</summary>
internal static class Dissolution
{
    private const string Delete = "DELETE FROM squad WHERE id = @Id";

    public static async Task RunAsync(IUnitOfWork unit, Guid squad, Guid? actor, CancellationToken ct)
    {
        // What belongs to it goes by its references.
        await unit.ExecuteAsync(Delete, new { Id = squad }, ct);
        await unit.AuditAsync(new AuditEntry("squad.dissolved", actor, squad.ToString()), ct);
    }
}
