using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Sillage.Accounts;
using Sillage.Specifications;
using Sillage.Specifications.Hosting;
using Sillage.Storage;
using Xunit;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Sillage.Files.Tests;

/// <summary>A server with accounts and the album, and what tests do with it.</summary>
public sealed class Album : IAsyncDisposable
{
    private int _names;

    public required SillageServer Server { get; init; }

    public required MovableClock Clock { get; init; }

    public IDatabase<AlbumData> Database => Server.Services.GetRequiredService<IDatabase<AlbumData>>();

    public static async Task<Album> StartAsync(string? postgres, params (string Name, string? Value)[] settings)
    {
        var all = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["Postgres"] = postgres,
            ["Admin:Username"] = TestUsers.AdministratorName,
            ["Admin:Password"] = TestUsers.AdministratorPassword,
            ["Accounts:Registration"] = "open",
            ["Accounts:PasswordIterations"] = "100000",
        };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        var clock = new MovableClock();
        var server = await SillageServer.StartAsync(
            [new AccountsModule(), new AlbumModule()],
            all,
            builder => builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(clock))
        );
        return new Album { Server = server, Clock = clock };
    }

    public Task<Person> NewPersonAsync() => Server.RegisterAsync($"player-{Interlocked.Increment(ref _names)}");

    public Task<Answer> SendAsync(
        Person person,
        byte[] file,
        string? name = null,
        params (string Name, string Value)[] headers
    )
    {
        var content = new ByteArrayContent(file);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        var query = name is null ? "" : $"?name={Uri.EscapeDataString(name)}";
        return Server.SendAsync(HttpMethod.Post, AlbumModule.Path + query, content, person.Credential, headers);
    }

    /// <summary>Sends a file, and gives its id and its links.</summary>
    public async Task<Sent> KeepAsync(Person person, byte[] file, string? name = null)
    {
        var answer = (await SendAsync(person, file, name)).Must(HttpStatusCode.Created);
        return Sent.Of(answer);
    }

    public Task<Answer> EntryAsync(Person person, Guid file) =>
        Server.SendAsync(HttpMethod.Get, $"{AlbumModule.Path}/{file}", null, person.Credential);

    /// <summary>Asks for an address without any credential.</summary>
    public Task<Answer> OpenAsync(string address, params (string Name, string Value)[] headers) =>
        Server.SendAsync(HttpMethod.Get, address, (HttpContent?)null, null, headers);

    /// <summary>Makes an entry that one may read, with the owner's files.</summary>
    /// <returns>The entry, and the file that could not be attached.</returns>
    public async Task<(Guid Entry, Guid? Refused)> AttachAsync(Person owner, Person reader, params Guid[] files)
    {
        var entry = Guid.CreateVersion7();
        var refused = await Database.WriteAsync(
            async unit =>
            {
                await unit.ExecuteAsync(
                    "INSERT INTO entry (id, reader) VALUES (@Id, @Reader)",
                    new { Id = entry, Reader = reader.Id }
                );
                return await FileStore.AttachAsync(unit, files, owner.Id, entry, CancellationToken.None);
            },
            CancellationToken.None
        );
        return (entry, refused);
    }

    /// <summary>How many files somebody has.</summary>
    public Task<long> CountAsync(Person person) =>
        ScalarAsync("SELECT COUNT(*) FROM file WHERE owner_id = @Id", person.Id);

    /// <summary>How many pieces of a file there are.</summary>
    public Task<long> CountPiecesAsync(Guid file) =>
        ScalarAsync("SELECT COUNT(*) FROM file_piece WHERE file_id = @Id", file);

    private Task<long> ScalarAsync(string sql, Guid id) =>
        Database.ReadAsync(reader => reader.ScalarAsync<long>(sql, new { Id = id }), CancellationToken.None);

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

/// <summary>A file that was sent.</summary>
public sealed record Sent(Guid Id, string Content, string? Thumbnail, Answer Answer)
{
    public static Sent Of(Answer answer) =>
        new(
            (Guid)answer.Json["id"]!,
            (string)answer.Json["links"]!["content"]!,
            (string?)answer.Json["links"]!["thumbnail"],
            answer
        );
}

/// <summary>An album that the tests of an engine share, and albums of their own.</summary>
public abstract class AlbumUnderTest : IAsyncLifetime
{
    private Album? _album;

    public Album Album => _album ?? throw new InvalidOperationException("Not started.");

    public async ValueTask InitializeAsync() => _album = await StartAsync();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_album is not null)
        {
            await _album.DisposeAsync();
        }
    }

    public async Task<Album> StartAsync(params (string Name, string? Value)[] settings) =>
        await Album.StartAsync(await PostgresAsync(), settings);

    protected abstract Task<string?> PostgresAsync();
}

public sealed class SqliteAlbum : AlbumUnderTest
{
    protected override Task<string?> PostgresAsync() => Task.FromResult<string?>(null);
}

public sealed class PostgresAlbum(PostgresServer postgres) : AlbumUnderTest
{
    protected override async Task<string?> PostgresAsync() =>
        await postgres.CreateDatabaseAsync([new AccountsModule(), new AlbumModule()]);
}
