using Sillage.Accounts.Contracts.Erasures;
using Sillage.Accounts.Contracts.PersonalData;
using Sillage.Accounts.Identity;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Storage;

namespace Sillage.Accounts.PersonalData;

/// <summary>What an erasure removes.</summary>
/// <param name="AccountId">Whose data.</param>
/// <param name="Form"><c>anonymise</c>: the account goes, records stay without a tie to it; <c>destroy</c>: the records go too.</param>
/// <param name="DryRun">Whether this is only what would be removed.</param>
/// <param name="Sections">By module, how many records of each kind. The other modules follow within moments.</param>
/// <param name="Links">What one can do next; after the erasure, where its progress is read (<c>progress</c>).</param>
public sealed record ErasureReport(
    Guid AccountId,
    ErasureForm Form,
    bool DryRun,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, long>> Sections,
    Links Links
)
{
    internal static ErasureReport Example { get; } =
        new(
            Account.Example.Id,
            ErasureForm.Anonymise,
            true,
            new Dictionary<string, IReadOnlyDictionary<string, long>>(StringComparer.Ordinal)
            {
                ["accounts"] = new Dictionary<string, long>(StringComparer.Ordinal)
                {
                    ["accounts"] = 1,
                    ["sessions"] = 2,
                    ["apiKeys"] = 0,
                },
            },
            new Links { ["account"] = $"/api/v1/users/{Account.Example.Id}" }
        );
}

/// <summary>
/// Erases a person: the account in one unit with the audit row and the event by which every other module follows, so that
/// neither can happen without the other.
/// </summary>
internal sealed class Erasure(
    IDatabase<AccountsData> database,
    AccountsPersonalData accounts,
    IErasureList list,
    IEnumerable<IPersonalData> everywhere
)
{
    public const string FormHelp =
        "anonymise: the account goes, what it recorded stays without a tie to it. destroy: the records go too.";

    /// <summary>Reads the form; null if it is neither.</summary>
    public static ErasureForm? Parse(string? form) =>
        form switch
        {
            "anonymise" => ErasureForm.Anonymise,
            "destroy" => ErasureForm.Destroy,
            _ => null,
        };

    public static Problem FormMissing() =>
        Problem.BadRequest("Say which form of erasure is meant.", new FieldError("?form", FormHelp));

    /// <summary>What would be removed.</summary>
    public async Task<ErasureReport> CountAsync(Guid accountId, ErasureForm form, bool dryRun, CancellationToken ct)
    {
        var sections = new Dictionary<string, IReadOnlyDictionary<string, long>>(StringComparer.Ordinal);
        foreach (var data in everywhere)
        {
            sections[data.Section] = await data.CountAsync(accountId, form, ct);
        }

        return new ErasureReport(
            accountId,
            form,
            dryRun,
            sections,
            dryRun ? new Links { ["account"] = $"/api/v1/users/{accountId}" } : []
        );
    }

    /// <summary>Erases.</summary>
    /// <param name="report">What is about to be removed.</param>
    /// <param name="actor">Who asks for it.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The report with the address of the erasure's progress.</returns>
    /// <exception cref="ProblemException">404, or 409 for the last administrator.</exception>
    public async Task<Reply<ErasureReport>> RunAsync(ErasureReport report, Guid actor, CancellationToken ct)
    {
        await database.WriteAsync(unit => CheckAsync(report.AccountId, unit, ct), ct);

        // In the list first: what is erased and not in it would come back with a backup.
        var id = await list.RecordAsync(report.AccountId, report.Form, ct);
        await list.EraseAsync(
            id,
            () => database.WriteAsync(unit => EraseAsync(report.AccountId, report.Form, actor, unit, ct), ct),
            ct => accounts.IsErasedAsync(report.AccountId, ct)
        );
        return Reply.Ok(report with { Links = new Links { ["progress"] = ErasureProgress.AddressOf(id) } });
    }

    private async Task<bool> EraseAsync(
        Guid accountId,
        ErasureForm form,
        Guid actor,
        IUnitOfWork unit,
        CancellationToken ct
    )
    {
        await CheckAsync(accountId, unit, ct);
        await accounts.DeleteAsync(accountId, unit, ct);
        await unit.AuditAsync(AccountsPersonalData.AuditOf(actor, accountId, form), ct);
        await unit.PublishAsync(new PersonErased(accountId, form), ct);
        await unit.ForgetPersonAsync(accountId, ct);
        return true;
    }

    private static async Task<bool> CheckAsync(Guid accountId, IUnitOfWork unit, CancellationToken ct)
    {
        var problem = await new Identity.AccountStore(unit).FindAsync(accountId, ct) switch
        {
            null => Problem.NotFound(),
            { Role: Api.Access.Role.Administrator, Disabled: false } => await Administrators.CheckAnotherRemainsAsync(
                unit,
                accountId,
                ct
            ),
            _ => null,
        };
        return problem is null ? true : throw new ProblemException(problem);
    }
}
