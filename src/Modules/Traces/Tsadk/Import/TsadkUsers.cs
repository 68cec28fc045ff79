using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Sillage.Accounts.Contracts;
using Sillage.Storage;
using Sillage.Traces.Import;
using Sillage.Traces.Import.Files;
using Sillage.Traces.Participants;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Tsadk.Import;

/// <summary>
/// Makes old users participants under their own numbers, with accounts whose passwords are new and stand on a sheet.
/// </summary>
internal sealed class TsadkUsers(
    IDatabase<TracesData> database,
    StudyDirectory directory,
    IAccountDirectory accounts,
    TimeProvider clock,
    TsadkImportRequest request,
    TsadkImportSummary summary
)
{
    private const int Chunk = 200;

    /// <summary>Enters them, so many at a time; the sheet is on disk before anybody can log in by it.</summary>
    public async Task TakeOverAsync(UserPlan plan, Study study, CancellationToken ct)
    {
        var sheet = new List<ProvisionedParticipant>();
        var path = PrivateFile.Free(
            request.Credentials ?? Path.ChangeExtension(request.File, null) + ".credentials.csv"
        );
        foreach (var chunk in plan.New.Chunk(Chunk))
        {
            var made = await MakeAccountsAsync(chunk, study, ct);
            var participants = chunk
                .Select(p => (Plan: p, Pseudonym: Pseudonym.Create(), Account: made.GetValueOrDefault(p.Number)))
                .ToList();
            sheet.AddRange(
                participants
                    .Where(p => p.Account is not null)
                    .Select(p => new ProvisionedParticipant(
                        p.Plan.Number,
                        p.Account!.Username,
                        p.Account.Password,
                        p.Pseudonym
                    ))
            );
            if (sheet.Count > 0)
            {
                summary.Credentials = path;
                await WriteSheetAsync(path, sheet, ct);
            }

            await EnterAsync(
                study,
                [
                    .. participants.Select(p =>
                        (p.Plan.Number, p.Pseudonym, p.Plan.Existing ?? p.Account?.Id, p.Plan.Username)
                    ),
                ],
                ct
            );
        }
    }

    private async Task<Dictionary<long, ProvisionedAccount>> MakeAccountsAsync(
        IReadOnlyList<NewParticipant> chunk,
        Study study,
        CancellationToken ct
    )
    {
        var asked = chunk
            .Where(p => p is { Username: not null, Existing: null })
            .Select(p => (p.Number, Account: new NewAccount(IdOf(study, p.Number, p.Username!)!.Value, p.Username!)))
            .ToList();
        if (asked.Count == 0)
        {
            return [];
        }

        // Left from a run that ended here: nobody could ever enter by them.
        var left = await accounts.FindAsync([.. asked.Select(a => a.Account.Id)], ct);
        if (left.Count > 0)
        {
            await accounts.WithdrawAsync([.. left.Keys], ct);
        }

        var made = await accounts.ProvisionAsync([.. asked.Select(a => a.Account)], ct);
        return made.Refused.Count == 0
            ? asked.Zip(made.Accounts).ToDictionary(pair => pair.First.Number, pair => pair.Second)
            : throw new ImportException(
                "Some user names were taken a moment ago: "
                    + string.Join(", ", made.Refused.Keys.Select(place => asked[place].Account.Username))
                    + ". Run the same command again."
            );
    }

    private Task WriteSheetAsync(string path, List<ProvisionedParticipant> sheet, CancellationToken ct) =>
        PrivateFile.WriteAsync(
            path,
            Path.GetExtension(path).StartsWith(".htm", StringComparison.OrdinalIgnoreCase)
                ? CredentialSheet.WriteHtml(sheet, request.Study, request.Address)
                : CredentialSheet.WriteCsv(sheet),
            ct
        );

    /// <summary>Ties them in one unit and enters them in the next: the tie may lie in a file of its own.</summary>
    private async Task EnterAsync(
        Study study,
        IReadOnlyList<(long Number, string Pseudonym, Guid? Account, string? Username)> participants,
        CancellationToken ct
    )
    {
        await database.WriteAsync(
            async unit =>
            {
                foreach (var (number, _, account, username) in participants.Where(p => p.Account is not null))
                {
                    // Left from a run that ended here.
                    await Enrolment.UntieAsync(unit, study.Key, number, ct);
                    await Enrolment.TieAsync(unit, study.Key, number, account!.Value, username!, ct);
                }

                return true;
            },
            ct
        );
        await database.WriteAsync(
            async unit =>
            {
                var now = clock.GetUtcNow();
                foreach (var (number, pseudonym, account, _) in participants)
                {
                    await (
                        account is { } id
                            ? Enrolment.EnterAsync(unit, study.Key, number, pseudonym, id, now, ct)
                            : Enrolment.EnterWithoutAccountAsync(unit, study.Key, number, pseudonym, now, ct)
                    );
                }

                if (request.ConsentOnPaper)
                {
                    await PaperConsent.RecordAsync(unit, study, [.. participants.Select(p => p.Number)], now, ct);
                }

                await Enrolment.ReserveUpToAsync(unit, study.Key, participants[^1].Number, ct);
                await StudyStore.BumpAsync(unit, study.Key, ct);
                var details = JsonSerializer.Serialize(
                    new { first = participants[0].Number, count = participants.Count }
                );
                await unit.AuditAsync(new AuditEntry("participants.imported", null, study.Slug, details), ct);
                unit.OnCommitted(() => directory.Forget(study.Slug));
                return true;
            },
            ct
        );
    }

    /// <summary>
    /// The id of the account that is made for a number: the same in every run, so that a broken-off one is seen. It takes the
    /// study's secret to work it out, or the id would be a tie that everybody can check. Null if the study has none yet.
    /// </summary>
    public static Guid? IdOf(Study study, long number, string username)
    {
        if (study.Secret is not { } secret)
        {
            return null;
        }

        var text = string.Create(CultureInfo.InvariantCulture, $"tsadk {number} {username}");
        var bytes = HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(text)).AsSpan(0, 16);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
