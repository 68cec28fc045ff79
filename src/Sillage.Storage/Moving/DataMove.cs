using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sillage.Storage.Postgres;

namespace Sillage.Storage.Moving;

/// <summary>
/// Takes a data folder at rest into an empty PostgreSQL database: every module, its sessions and keys with it. The folder is only read.
/// Resolve it from a provider with the modules registered; nothing need be started.
/// </summary>
public sealed class DataMove
{
    private readonly IReadOnlyCollection<ModuleRegistration> _registrations;
    private readonly StorageOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;

    internal DataMove(
        IEnumerable<ModuleRegistration> registrations,
        IOptions<StorageOptions> options,
        TimeProvider clock,
        ILoggerFactory loggers
    )
    {
        _registrations = [.. registrations];
        _options = options.Value;
        _clock = clock;
        _logger = loggers.CreateLogger(StorageMetrics.Name);
    }

    private string Postgres =>
        _options.Postgres
        ?? throw new MoveException(
            "There is no PostgreSQL database to move to: name it in the setting Postgres, such as SILLAGE_POSTGRES='Host=localhost;Username=sillage;Password=…;Database=sillage'."
        );

    /// <summary>
    /// Moves everything. What was begun and not finished goes on where it was; servers see nothing of it before all of it is there and compared.
    /// </summary>
    /// <param name="restart">Whether to begin anew where an earlier attempt left something.</param>
    /// <param name="progress">Hears how far it has come; may be null.</param>
    /// <param name="ct">Ends it early; the next run goes on.</param>
    /// <exception cref="StorageSetupException">It cannot be done; the message says why. Nothing is in effect.</exception>
    public async Task<MoveReport> RunAsync(bool restart, IProgress<MoveProgress>? progress, CancellationToken ct)
    {
        var postgres = Postgres;
        using var source = await MoveSource.TakeAsync(_options.Data, _registrations, ct);
        await using var target = await MoveTarget.OpenAsync(postgres, _clock, ct);
        await target.BeginAsync(source, restart, ct);
        foreach (var module in source.Modules)
        {
            await using var move = await OpenAsync(module, source, target, progress, ct);
            await move.CopyAsync(ct);
        }

        var modules = new List<MovedModule>();
        foreach (var module in source.Modules)
        {
            await using var move = await OpenAsync(module, source, target, progress, ct);
            modules.Add(Moved(move, move.Compare(ct)));
        }

        await target.FinishAsync(source, ct);
        return new MoveReport(source.Folder, target.Place, modules);
    }

    /// <summary>Sees whether a move would succeed: everything that it checks, and every row read. Nothing is left of it.</summary>
    /// <param name="progress">Hears how far it has come; may be null.</param>
    /// <param name="ct">Ends it early.</param>
    /// <exception cref="StorageSetupException">It could not be done; the message says why.</exception>
    public async Task<MoveReport> TryAsync(IProgress<MoveProgress>? progress, CancellationToken ct)
    {
        var postgres = Postgres;
        using var source = await MoveSource.TakeAsync(_options.Data, _registrations, ct);
        await using var target = await MoveTarget.OpenAsync(postgres, _clock, ct);
        var isOurs = !await target.HasBegunAsync();
        await target.BeginAsync(source, restart: false, ct);
        try
        {
            var modules = new List<MovedModule>();
            foreach (var module in source.Modules)
            {
                await using var move = await OpenAsync(module, source, target, progress, ct);
                modules.Add(Moved(move, move.Read(ct)));
            }

            return new MoveReport(source.Folder, target.Place, modules);
        }
        finally
        {
            // What an attempt that is to go on has brought stays.
            if (isOurs)
            {
                await target.DropAsync(source);
            }
        }
    }

    private async Task<ModuleMove> OpenAsync(
        ModuleRegistration module,
        MoveSource source,
        MoveTarget target,
        IProgress<MoveProgress>? progress,
        CancellationToken ct
    )
    {
        await using (var connection = await target.OpenAsync(module.Name, ct))
        {
            await new PostgresMigrator(connection, module.Name + MoveTarget.Suffix, _clock, _logger).ApplyAsync(
                module.AllMigrations(SqlDialect.Postgres),
                ct
            );
        }

        return await ModuleMove.OpenAsync(module, source, target, progress, ct);
    }

    private static MovedModule Moved(ModuleMove move, RowDigest digest) =>
        new(move.Name, move.Tables, digest.Rows, digest.ToString());
}
