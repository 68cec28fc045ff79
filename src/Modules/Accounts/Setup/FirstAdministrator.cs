using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sillage.Accounts.Contracts;
using Sillage.Accounts.Identity;
using Sillage.Accounts.Registration;
using Sillage.Api.Access;
using Sillage.Api.Problems;
using Sillage.Hosting.Authentication.Checking;
using Sillage.Hosting.Settings;
using Sillage.Storage;

namespace Sillage.Accounts.Setup;

/// <summary>
/// Sees to it at start that there is, or can be, an administrator: made from the settings, or by whoever holds the
/// one-time token that is new at every start. There is no usable default.
/// </summary>
internal sealed partial class FirstAdministrator(
    IDatabase<AccountsData> database,
    NewAccounts accounts,
    IOptions<FirstAdministratorOptions> options,
    IOptions<StorageOptions> storage,
    TimeProvider clock,
    ILogger<FirstAdministrator> logger
) : IHostedService, ISetupLink
{
    /// <summary>The file in the data folder that holds the token, for whoever cannot see the console.</summary>
    public const string TokenFile = "setup-token";

    private const string CountAdministrators = "SELECT COUNT(*) FROM account WHERE role = 'administrator'";
    private const string DeleteTokens = "DELETE FROM setup_token";
    private const string InsertToken = "INSERT INTO setup_token (hash, created_at) VALUES (@Hash, @Now)";
    private const string FindToken = "SELECT COUNT(*) FROM setup_token WHERE hash = @Hash";

    private static readonly Sql TakeTurn = new("SELECT 1", "LOCK TABLE setup_token IN SHARE ROW EXCLUSIVE MODE");

    private volatile string? _token;

    public string? Path => _token is { } token ? $"/setup#token={token}" : null;

    public async Task StartAsync(CancellationToken ct)
    {
        if (await HasAdministratorAsync(ct))
        {
            DeleteFile();
            return;
        }

        if (options.Value is { Username: { Length: > 0 } username, Password: { Length: > 0 } password })
        {
            await MakeFromSettingsAsync(username, password, ct);
            return;
        }

        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(24));
        await database.WriteAsync(
            async unit =>
            {
                await unit.ExecuteAsync(DeleteTokens, null, ct);
                await unit.ExecuteAsync(InsertToken, new { Hash = Digest.BytesOf(token), Now = clock.GetUtcNow() }, ct);
                return true;
            },
            ct
        );
        await WriteFileAsync(token, ct);
        _token = token;
    }

    public Task StopAsync(CancellationToken ct) => Task.CompletedTask;

    public Task<bool> HasAdministratorAsync(CancellationToken ct) =>
        database.ReadAsync(reader => HasAdministratorAsync(reader, ct), ct);

    /// <summary>Makes the first administrator for whoever has the token.</summary>
    /// <returns>Null if done; else 404 once there is an administrator, 403 for a wrong token, 409 for a taken name.</returns>
    public async Task<Problem?> MakeAsync(AccountRow account, string token, CancellationToken ct)
    {
        var problem = await database.WriteAsync(
            async unit =>
            {
                await unit.ExecuteAsync(TakeTurn, null, ct);
                if (await HasAdministratorAsync(unit, ct))
                {
                    return AlreadyDone();
                }

                if (await unit.ScalarAsync<long>(FindToken, new { Hash = Digest.BytesOf(token) }, ct) == 0)
                {
                    return Problem.Forbidden(
                        "The setup token is not the right one. It is in the link that the server shows at start, and new at every start."
                    );
                }

                if (await accounts.StoreAsync(unit, account, "account.first-administrator", null, ct) is { } refused)
                {
                    return refused;
                }

                await unit.ExecuteAsync(DeleteTokens, null, ct);
                return null;
            },
            ct
        );
        if (problem is null)
        {
            _token = null;
            DeleteFile();
            LogMade(account.Id);
        }

        return problem;
    }

    public static Problem AlreadyDone() => Problem.NotFound("This server is set up: it has an administrator.");

    private static async Task<bool> HasAdministratorAsync(IReader reader, CancellationToken ct) =>
        await reader.ScalarAsync<long>(CountAdministrators, null, ct) > 0;

    private async Task MakeFromSettingsAsync(string username, string password, CancellationToken ct)
    {
        AccountRow account;
        try
        {
            account = await accounts.PrepareAsync(username, password, Role.Administrator, null, ct);
        }
        catch (ProblemException e)
        {
            throw new SettingsException(
                string.Join(' ', e.Problem.Errors!.Select(error => $"Admin:{error.Pointer[1..]}: {error.Detail}")),
                e
            );
        }

        var problem = await database.WriteAsync(
            async unit =>
            {
                await unit.ExecuteAsync(TakeTurn, null, ct);
                // Another process may have been faster with the same settings.
                return await HasAdministratorAsync(unit, ct)
                    ? null
                    : await accounts.StoreAsync(unit, account, "account.first-administrator", null, ct);
            },
            ct
        );
        if (problem is not null)
        {
            throw new SettingsException($"Admin:Username: {problem.Detail}");
        }

        DeleteFile();
        LogMade(account.Id);
    }

    private string FilePath() => System.IO.Path.Combine(storage.Value.Data, TokenFile);

    private async Task WriteFileAsync(string token, CancellationToken ct)
    {
        // With PostgreSQL there may be no data folder, or one that is read-only; the banner has the link then.
        if (!Directory.Exists(storage.Value.Data))
        {
            return;
        }

        DeleteFile();
        var create = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            create.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using var writer = new StreamWriter(FilePath(), create);
        await writer.WriteLineAsync(token.AsMemory(), ct);
    }

    private void DeleteFile()
    {
        // With PostgreSQL there may be no data folder, and deleting from a folder that is not there throws.
        if (File.Exists(FilePath()))
        {
            File.Delete(FilePath());
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The first administrator is account {AccountId}")]
    private partial void LogMade(Guid accountId);
}
