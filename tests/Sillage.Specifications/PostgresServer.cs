using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using Xunit;

namespace Sillage.Specifications;

/// <summary>
/// A PostgreSQL for one test assembly (<c>[assembly: AssemblyFixture(typeof(PostgresServer))]</c>): the one that
/// <c>SILLAGE_TEST_POSTGRES</c> names, or a server of its own, started when first asked for and gone at the end.
/// </summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private readonly SemaphoreSlim _gate = new(1);
    private readonly string? _given = Environment.GetEnvironmentVariable("SILLAGE_TEST_POSTGRES");
    private OwnPostgres? _own;
    private int _databases;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>A fresh database, as a connection string.</summary>
    /// <param name="template">The connection string of the one to copy, which nobody may be connected to; null for an empty one.</param>
    public async Task<string> CreateDatabaseAsync(string? template = null)
    {
        var server = await ConnectionStringAsync();
        var name = string.Create(
            CultureInfo.InvariantCulture,
            $"test_{Environment.ProcessId}_{Interlocked.Increment(ref _databases)}"
        );
        await using var source = NpgsqlDataSource.Create(server);
        await using (var command = source.CreateCommand($"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        {
            await command.ExecuteNonQueryAsync();
        }

        var copied = template is null ? "" : $" TEMPLATE {new NpgsqlConnectionStringBuilder(template).Database}";
        await using (var command = source.CreateCommand($"CREATE DATABASE {name}{copied}"))
        {
            await command.ExecuteNonQueryAsync();
        }

        return new NpgsqlConnectionStringBuilder(server) { Database = name }.ToString();
    }

    /// <summary>A place for storage in a fresh database.</summary>
    public async Task<StoragePlace> CreatePlaceAsync() => StoragePlace.OnPostgres(await CreateDatabaseAsync());

    public async ValueTask DisposeAsync()
    {
        if (_own is not null)
        {
            await _own.DisposeAsync();
        }

        _gate.Dispose();
    }

    private async Task<string> ConnectionStringAsync()
    {
        if (_given is { Length: > 0 })
        {
            return _given;
        }

        await _gate.WaitAsync();
        try
        {
            _own ??= await OwnPostgres.StartNewAsync();
            return _own.ConnectionString;
        }
        finally
        {
            _gate.Release();
        }
    }
}

/// <summary>A server of a test's own, which the test may stop and start.</summary>
public sealed class OwnPostgres : IAsyncDisposable
{
    private const int Oldest = 15;

    // Debian's folders, one a version; tests/setup.sh installs whichever the distribution has.
    private const string Versions = "/usr/lib/postgresql";

    private static readonly string[] Others = ["/opt/homebrew/opt/postgresql@15/bin"];

    // The server dies with the test, however that ends: the shell waits on a pipe that only the test holds open.
    private const string RunUntilInputEnds = """
        "$0" -D "$1" -p "$2" -k "$1" -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=300 >"$1/log" 2>&1 &
        server=$!
        cat >/dev/null
        kill -INT $server
        wait $server
        """;

    private readonly string _binaries;
    private readonly TemporaryFolder _folder;
    private readonly int _port;
    private Process? _process;

    private OwnPostgres(string binaries, TemporaryFolder folder, int port)
    {
        _binaries = binaries;
        _folder = folder;
        _port = port;
    }

    public string ConnectionString =>
        $"Host=127.0.0.1;Port={_port};Username=postgres;Database=postgres;Include Error Detail=true";

    private string Data => Path.Combine(_folder, "data");

    public static async Task<OwnPostgres> StartNewAsync()
    {
        var binaries =
            FindBinaries()
            ?? throw new InvalidOperationException(
                $"No PostgreSQL {Oldest} or later here: install postgresql-15, or name a server in SILLAGE_TEST_POSTGRES."
            );
        var server = new OwnPostgres(binaries, new TemporaryFolder(), FreePort());
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync("chown", "postgres", server._folder.Path);
        }

        await AsPostgresAsync(
            Path.Combine(binaries, "initdb"),
            "-D",
            server.Data,
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync"
        );
        await server.StartAsync();
        return server;
    }

    private static string? FindBinaries() =>
        (Directory.Exists(Versions) ? Directory.GetDirectories(Versions) : [])
            .Where(folder => int.TryParse(Path.GetFileName(folder), out var version) && version >= Oldest)
            .Order(StringComparer.Ordinal)
            .Select(folder => Path.Combine(folder, "bin"))
            .Concat(Others)
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")));

    public async Task StartAsync()
    {
        _process = Start(
            redirectInput: true,
            Privileges(
                "sh",
                "-c",
                RunUntilInputEnds,
                Path.Combine(_binaries, "postgres"),
                Data,
                _port.ToString(CultureInfo.InvariantCulture)
            )
        );
        await WaitUntilReadyAsync();
    }

    /// <summary>Stops the server in the way that breaks every connection off.</summary>
    public async Task StopAsync()
    {
        if (_process is null)
        {
            return;
        }

        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Dispose();
    }

    private async Task WaitUntilReadyAsync()
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
                await connection.OpenAsync();
                return;
            }
            catch (NpgsqlException) when (attempt < 200)
            {
                await Task.Delay(50);
            }
        }
    }

    private static Task AsPostgresAsync(params string[] command) => RunAsync(Privileges(command));

    /// <summary>PostgreSQL refuses to run as root.</summary>
    private static string[] Privileges(params string[] command) =>
        Environment.IsPrivilegedProcess ? ["runuser", "-u", "postgres", "--", .. command] : command;

    private static async Task RunAsync(params string[] command)
    {
        using var process = Start(redirectInput: false, command);
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{string.Join(' ', command)} failed: {output}");
        }
    }

    private static Process Start(bool redirectInput, string[] command) =>
        Process.Start(
            new ProcessStartInfo(command[0], command[1..])
            {
                RedirectStandardInput = redirectInput,
                RedirectStandardOutput = !redirectInput,
                WorkingDirectory = "/",
            }
        ) ?? throw new InvalidOperationException($"{command[0]} did not start.");

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
