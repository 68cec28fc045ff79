using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sillage.Storage.Backup;
using Sillage.Storage.Migrations;
using Sillage.Storage.Sqlite;

namespace Sillage.Storage.Moving;

/// <summary>A data folder at rest: held against servers, whole, and of this program's version. It is only read.</summary>
internal sealed class MoveSource : IDisposable
{
    private readonly DataFolder _folder;

    private MoveSource(DataFolder folder, IReadOnlyList<ModuleRegistration> modules, IReadOnlyList<string> known)
    {
        _folder = folder;
        Modules = modules;
        Known = known;
    }

    public string Folder => _folder.Path;

    /// <summary>The modules that have data in it, in the order of their names.</summary>
    public IReadOnlyList<ModuleRegistration> Modules { get; }

    /// <summary>The names of all modules that there are.</summary>
    public IReadOnlyList<string> Known { get; }

    /// <summary>What the files look like from outside: another after a server has run on them.</summary>
    public string Fingerprint { get; private set; } = "";

    /// <summary>Takes the folder and looks at everything in it.</summary>
    /// <exception cref="StorageSetupException">It is in use, damaged, of another version, or none.</exception>
    public static async Task<MoveSource> TakeAsync(
        string folder,
        IReadOnlyCollection<ModuleRegistration> registrations,
        CancellationToken ct
    )
    {
        var path = Path.GetFullPath(folder);
        if (SqliteBackup.Files(path).Count == 0)
        {
            throw new MoveException($"There is nothing to move in the data folder {path}.");
        }

        var held = DataFolder.Take(path);
        try
        {
            SqliteRestore.Finish(path);
            var files = SqliteBackup.Files(path);
            var unknown = files
                .Select(SqliteBackup.ModuleOf)
                .FirstOrDefault(name => registrations.All(registration => registration.Name != name));
            if (unknown is not null)
            {
                throw new MoveException(
                    $"The data folder {path} has data of {unknown}, which is not among the chosen modules. Add it to the setting Modules for the move, or take {unknown}.db away."
                );
            }

            var modules = registrations
                .Where(registration => files.Contains(registration.Name))
                .OrderBy(registration => registration.Name, StringComparer.Ordinal)
                .ToArray();
            foreach (var module in modules)
            {
                // Closing it folds the log in, that of a server which was killed too.
                SqliteSession.OpenWriter(SqliteFiles.In(path, module)).Dispose();
                await CheckAsync(
                    path,
                    module,
                    [.. files.Where(file => SqliteBackup.ModuleOf(file) == module.Name)],
                    ct
                );
            }

            return new MoveSource(held, modules, [.. registrations.Select(registration => registration.Name)])
            {
                Fingerprint = FingerprintOf(path),
            };
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    public SqliteSession Open(ModuleRegistration module) => SqliteSession.OpenReader(SqliteFiles.In(Folder, module));

    public void Dispose() => _folder.Dispose();

    private static async Task CheckAsync(
        string folder,
        ModuleRegistration module,
        IReadOnlyList<string> files,
        CancellationToken ct
    )
    {
        var applied = await SqliteBackup.CheckAsync(folder, module.Name, files, ct);
        using var session = SqliteSession.OpenReader(SqliteFiles.In(folder, module));
        var program = await Migrator.ReadLastProgramAsync(session.Connection, ct);
        var scripts = module.AllMigrations(SqlDialect.Sqlite);
        AppliedMigrations.Verify(module.Name, applied, scripts, program);
        if (AppliedMigrations.Next(applied, scripts) is not null)
        {
            throw new MoveException(
                $"The database {module.Name} in {folder} was written by Sillage {program ?? "of an earlier version"}, and this is Sillage {ProgramVersion.Current}: start this version once on the folder, which brings it up to date, and stop it again."
            );
        }
    }

    private static string FingerprintOf(string folder)
    {
        var text = new StringBuilder();
        foreach (var file in SqliteBackup.Files(folder))
        {
            var info = new FileInfo(SqliteFiles.PathIn(folder, file));
            text.Append(CultureInfo.InvariantCulture, $"{file} {info.Length} {info.LastWriteTimeUtc.Ticks}\n");
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
