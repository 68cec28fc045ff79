using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Shouldly;
using Sillage.Specifications;
using Sillage.Specifications.Hosting;
using Xunit;

namespace Sillage.Files.Tests;

/// <summary>What files do, whatever the engine.</summary>
public abstract class KeepingFiles(AlbumUnderTest shared)
{
    private static readonly byte[] Note = "Room 3 is too hard."u8.ToArray();

    private Album Shared => shared.Album;

    [Fact]
    public async Task A_file_comes_back_as_it_was_sent()
    {
        var album = Shared;
        var player = await album.NewPersonAsync();
        var file = new byte[700_000];
        Random.Shared.NextBytes(file);
        "%PDF-1.7"u8.CopyTo(file);

        var sent = await album.KeepAsync(player, file, "rules of the game.pdf");
        var content = await album.OpenAsync(sent.Content);

        sent.Answer.Json["name"]!.GetValue<string>().ShouldBe("rules of the game.pdf");
        sent.Answer.Json["size"]!.GetValue<long>().ShouldBe(file.Length);
        content.Must(HttpStatusCode.OK).Bytes.ShouldBe(file);
        content.ContentType.ShouldBe("application/pdf");
        content
            .Header("Content-Disposition")
            .ShouldBe("attachment; filename=\"rules of the game.pdf\"; filename*=UTF-8''rules%20of%20the%20game.pdf");
        content.Header("X-Content-Type-Options").ShouldBe("nosniff");
        content.Header("Content-Security-Policy").ShouldBe("default-src 'none'; sandbox");
        content.Header("Cache-Control").ShouldBe("no-cache, private");
    }

    [Theory]
    [InlineData("bytes=0-9", 0, 10)]
    [InlineData("bytes=262140-262150", 262_140, 11)]
    [InlineData("bytes=-5", 699_995, 5)]
    [InlineData("bytes=699990-", 699_990, 10)]
    public async Task A_part_of_a_file_is_given(string range, int start, int length)
    {
        var album = Shared;
        var player = await album.NewPersonAsync();
        var file = new byte[700_000];
        Random.Shared.NextBytes(file);
        "%PDF-1.7"u8.CopyTo(file);
        var sent = await album.KeepAsync(player, file);

        var part = await album.OpenAsync(sent.Content, ("Range", range));

        part.Must(HttpStatusCode.PartialContent).Bytes.ShouldBe(file[start..(start + length)]);
        part.Header("Content-Range").ShouldBe($"bytes {start}-{start + length - 1}/700000");
        (await album.OpenAsync(sent.Content, ("Range", "bytes=700000-"))).Status.ShouldBe(
            HttpStatusCode.RequestedRangeNotSatisfiable
        );
    }

    [Fact]
    public async Task A_file_that_is_known_is_not_sent_again()
    {
        var album = Shared;
        var sent = await album.KeepAsync(await album.NewPersonAsync(), Note);
        var tag = (await album.OpenAsync(sent.Content)).Header("ETag")!;

        (await album.OpenAsync(sent.Content, ("If-None-Match", tag))).Status.ShouldBe(HttpStatusCode.NotModified);
    }

    [Fact]
    public async Task A_picture_comes_without_what_a_camera_wrote_into_it()
    {
        var album = Shared;
        var picture = Specimens.JpegOfACamera();
        Encoding.Latin1.GetString(picture).ShouldContain("46.2044N");

        var sent = await album.KeepAsync(await album.NewPersonAsync(), picture, "start.jpg");
        var content = (await album.OpenAsync(sent.Content)).Must(HttpStatusCode.OK);
        var thumbnail = (await album.OpenAsync(sent.Thumbnail!)).Must(HttpStatusCode.OK);

        // It was taken with the camera on its side.
        sent.Answer.Json["width"]!
            .GetValue<int>()
            .ShouldBe(400);
        sent.Answer.Json["height"]!.GetValue<int>().ShouldBe(640);
        Encoding.Latin1.GetString(content.Bytes).ShouldNotContain("46.2044N");
        content.ContentType.ShouldBe("image/jpeg");
        content.Header("Content-Disposition")!.ShouldStartWith("inline");
        Specimens.SizeOf(content.Bytes).ShouldBe((400, 640));
        Specimens.TopLeftOf(content.Bytes).ShouldBe("blue");
        thumbnail.ContentType.ShouldBe("image/webp");
        Specimens.SizeOf(thumbnail.Bytes).ShouldBe((200, 320));
    }

    [Fact]
    public async Task What_a_file_is_its_bytes_say()
    {
        var album = Shared;
        var player = await album.NewPersonAsync();

        var page = await album.KeepAsync(player, "<script>alert(1)</script>"u8.ToArray(), "cat.png");
        var drawing = await album.KeepAsync(player, "<svg onload='alert(1)'/>"u8.ToArray(), "cat.svg");

        foreach (var sent in new[] { page, drawing })
        {
            var content = await album.OpenAsync(sent.Content);
            content.ContentType.ShouldBe("text/plain; charset=utf-8");
            content.Header("Content-Disposition")!.ShouldStartWith("attachment");
        }
    }

    [Fact]
    public async Task A_form_with_a_file_is_read()
    {
        var album = Shared;
        var player = await album.NewPersonAsync();
        using var form = new MultipartFormDataContent
        {
            { new StringContent("for the guide"), "why" },
            { new ByteArrayContent(Note), "file", "note.txt" },
        };

        var answer = await album.Server.SendAsync(HttpMethod.Post, AlbumModule.Path, form, player.Credential);
        var sent = Sent.Of(answer.Must(HttpStatusCode.Created));

        answer.Json["name"]!.GetValue<string>().ShouldBe("note.txt");
        (await album.OpenAsync(sent.Content)).Bytes.ShouldBe(Note);
    }

    [Fact]
    public async Task What_is_attached_is_read_by_whoever_may_read_what_it_belongs_to()
    {
        var album = Shared;
        var owner = await album.NewPersonAsync();
        var reader = await album.NewPersonAsync();
        var stranger = await album.NewPersonAsync();
        var sent = await album.KeepAsync(owner, Note);
        (await album.EntryAsync(reader, sent.Id)).Status.ShouldBe(HttpStatusCode.NotFound);

        (await album.AttachAsync(owner, reader, sent.Id)).Refused.ShouldBeNull();

        var entry = (await album.EntryAsync(reader, sent.Id)).Must(HttpStatusCode.OK);
        (await album.OpenAsync(Sent.Of(entry).Content)).Bytes.ShouldBe(Note);
        (await album.EntryAsync(stranger, sent.Id)).Status.ShouldBe(HttpStatusCode.NotFound);
        // Here the module says that only the reader may, and the sender's link says no more than that.
        (await album.OpenAsync(sent.Content)).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_link_ends_with_the_right_the_session_the_file_and_its_time()
    {
        var album = Shared;
        var owner = await album.NewPersonAsync();
        var reader = await album.NewPersonAsync();
        var sent = await album.KeepAsync(owner, Note);
        var (entry, _) = await album.AttachAsync(owner, reader, sent.Id);
        var link = await LinkAsync();
        (await album.OpenAsync(link)).Status.ShouldBe(HttpStatusCode.OK);

        var anew = await album.Server.LogInAsync(reader.Username, reader.Password);
        (await album.Server.SendAsync(HttpMethod.Post, "/api/v1/auth/logout", null, reader.Credential)).Must(
            HttpStatusCode.NoContent
        );
        await Eventually.HoldsAsync(async () => (await album.OpenAsync(link)).Status == HttpStatusCode.NotFound);

        reader = anew;
        link = await LinkAsync();
        album.Clock.Advance(TimeSpan.FromMinutes(11));
        (await album.OpenAsync(link)).Status.ShouldBe(HttpStatusCode.NotFound);

        link = await LinkAsync();
        await ExecuteAsync("DELETE FROM entry", null);
        (await album.OpenAsync(link)).Status.ShouldBe(HttpStatusCode.NotFound);

        await ExecuteAsync(
            "INSERT INTO entry (id, reader) VALUES (@Id, @Reader)",
            new { Id = entry, Reader = reader.Id }
        );
        (await album.OpenAsync(link)).Status.ShouldBe(HttpStatusCode.OK);
        await album.Database.WriteAsync(
            async unit =>
            {
                await FileStore.RemoveAttachedAsync(unit, entry, CancellationToken.None);
                return 0;
            },
            CancellationToken.None
        );
        (await album.OpenAsync(link)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await album.CountPiecesAsync(sent.Id)).ShouldBe(0);

        async Task<string> LinkAsync() =>
            Sent.Of((await album.EntryAsync(reader, sent.Id)).Must(HttpStatusCode.OK)).Content;

        Task ExecuteAsync(string sql, object? parameters) =>
            album.Database.WriteAsync(unit => unit.ExecuteAsync(sql, parameters), CancellationToken.None);
    }

    [Theory]
    [InlineData("the right")]
    [InlineData("the session")]
    public async Task What_is_being_read_is_cut_off_when_what_let_it_begin_ends_and_has_a_share(string ends)
    {
        await using var album = await StartAsync(("Limits:Exports:PerAccount", "1"));
        var owner = await album.NewPersonAsync();
        var reader = await album.NewPersonAsync();
        // More than lies between the two ends.
        var zip = new byte[9_000_000];
        Random.Shared.NextBytes(zip);
        "PK\u0003\u0004"u8.CopyTo(zip);
        var sent = await album.KeepAsync(owner, zip);
        await album.AttachAsync(owner, reader, sent.Id);
        var link = Sent.Of((await album.EntryAsync(reader, sent.Id)).Must(HttpStatusCode.OK)).Content;
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(album.Server.Address.Host, album.Server.Address.Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET {link} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        var buffer = new byte[64 * 1024];
        var read = await socket.ReceiveAsync(buffer);
        Encoding.ASCII.GetString(buffer, 0, read).ShouldStartWith("HTTP/1.1 200 ");
        (await album.OpenAsync(link)).Status.ShouldBe(HttpStatusCode.TooManyRequests);

        if (ends == "the right")
        {
            await album.Database.WriteAsync(unit => unit.ExecuteAsync("DELETE FROM entry"), CancellationToken.None);
        }
        else
        {
            (await album.Server.SendAsync(HttpMethod.Post, "/api/v1/auth/logout", null, reader.Credential)).Must(
                HttpStatusCode.NoContent
            );
        }

        // Nobody reads meanwhile, so what is there after it was cut off was on its way.
        for (var i = 0; i < 15; i++)
        {
            album.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(200);
        }

        var all = read;
        try
        {
            while ((read = await socket.ReceiveAsync(buffer)) > 0)
            {
                all += read;
            }
        }
        catch (SocketException)
        {
            // Cut off.
        }

        all.ShouldBeLessThan(zip.Length);
    }

    [Fact]
    public async Task A_link_is_for_one_file_and_cannot_be_changed()
    {
        var album = Shared;
        var player = await album.NewPersonAsync();
        var one = await album.KeepAsync(player, Note);
        var other = await album.KeepAsync(player, Specimens.JpegOfACamera());
        var token = one.Content[(one.Content.IndexOf('=', StringComparison.Ordinal) + 1)..];

        foreach (
            var wrong in new[]
            {
                $"{AlbumModule.Path}/{other.Id}/content?token={token}",
                $"{AlbumModule.Path}/{one.Id}/content?token={token[..^1]}{(token[^1] == 'A' ? 'Q' : 'A')}",
                $"{AlbumModule.Path}/{one.Id}/content?token={token[..20]}",
                $"{AlbumModule.Path}/{one.Id}/content?token={new string('A', 4000)}",
                $"{AlbumModule.Path}/{one.Id}/content?token=%C3%A9",
                $"{AlbumModule.Path}/{one.Id}/content?token=",
            }
        )
        {
            (await album.OpenAsync(wrong)).Status.ShouldBe(HttpStatusCode.NotFound, wrong);
        }

        (await album.OpenAsync($"{AlbumModule.Path}/{one.Id}/content")).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Only_ones_own_file_is_attached_and_only_once()
    {
        var album = Shared;
        var owner = await album.NewPersonAsync();
        var other = await album.NewPersonAsync();
        var sent = await album.KeepAsync(owner, Note);

        (await album.AttachAsync(other, other, sent.Id)).Refused.ShouldBe(sent.Id);
        (await album.AttachAsync(owner, other, sent.Id)).Refused.ShouldBeNull();
        (await album.AttachAsync(owner, owner, sent.Id)).Refused.ShouldBe(sent.Id);
    }

    [Fact]
    public async Task A_file_that_nothing_has_attached_is_deleted_by_its_sender_alone()
    {
        var album = Shared;
        var owner = await album.NewPersonAsync();
        var other = await album.NewPersonAsync();
        var sent = await album.KeepAsync(owner, Note);
        var attached = await album.KeepAsync(owner, Note);
        await album.AttachAsync(owner, owner, attached.Id);

        (await DeleteAsync(other, sent)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await DeleteAsync(owner, sent)).Status.ShouldBe(HttpStatusCode.NoContent);
        (await DeleteAsync(owner, sent)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await DeleteAsync(owner, attached)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await album.OpenAsync(attached.Content)).Status.ShouldBe(HttpStatusCode.OK);

        Task<Answer> DeleteAsync(Person person, Sent file) =>
            album.Server.SendAsync(HttpMethod.Delete, $"{AlbumModule.Path}/{file.Id}", null, person.Credential);
    }

    [Fact]
    public async Task A_file_that_waits_for_too_long_goes_and_one_that_is_attached_stays()
    {
        await using var album = await StartAsync();
        var owner = await album.NewPersonAsync();
        var attached = await album.KeepAsync(owner, Note);
        await album.KeepAsync(owner, Note);
        await album.AttachAsync(owner, owner, attached.Id);

        album.Clock.Advance(TimeSpan.FromHours(25));
        await album.Server.RestartAsync();

        await Eventually.HoldsAsync(async () => await album.CountAsync(owner) == 1);
    }

    [Fact]
    public async Task A_file_sent_again_under_its_key_is_kept_once()
    {
        var album = Shared;
        var player = await album.NewPersonAsync();

        var first = await album.SendAsync(player, Note, "a.txt", ("Idempotency-Key", "one"));
        var again = await album.SendAsync(player, Note, "a.txt", ("Idempotency-Key", "one"));

        again.Must(HttpStatusCode.Created).Json["id"]!.ToString().ShouldBe(first.Json["id"]!.ToString());
        again.Header("Idempotency-Replayed").ShouldBe("true");
        (await album.CountAsync(player)).ShouldBe(1);
        (await album.SendAsync(player, "other"u8.ToArray(), "a.txt", ("Idempotency-Key", "one"))).Status.ShouldBe(
            HttpStatusCode.Conflict
        );
    }

    [Fact]
    public async Task Limits_are_told_and_nothing_is_kept()
    {
        await using var album = await StartAsync(
            ("Files:MaxBytes", "2000"),
            ("Files:MaxPixels", "1000"),
            ("Files:Kinds:0", "picture"),
            ("Files:Kinds:1", "archive")
        );
        var player = await album.NewPersonAsync();

        (await album.SendAsync(player, new byte[2001])).Status.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await album.SendAsync(player, new byte[200_000])).Status.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        var refused = await album.SendAsync(player, Note);
        refused.Status.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        refused.Text.ShouldContain("kind text (text/plain; charset=utf-8); taken are: picture, archive");
        (await album.SendAsync(player, Specimens.Png(40, 30))).Text.ShouldContain("more than 1000 pixels");
        (await album.SendAsync(player, Specimens.Png(20, 20))).Status.ShouldBe(HttpStatusCode.Created);
        (await album.CountAsync(player)).ShouldBe(1);
    }

    [Fact]
    public async Task An_account_has_so_much_space_and_no_more()
    {
        await using var album = await StartAsync(("Files:BytesPerAccount", "1048576"));
        var player = await album.NewPersonAsync();
        var zip = new byte[600_000];
        "PK\u0003\u0004"u8.CopyTo(zip);
        var sent = await album.KeepAsync(player, zip);

        (await album.SendAsync(player, zip)).Status.ShouldBe(HttpStatusCode.Conflict);
        await album.Server.SendAsync(HttpMethod.Delete, $"{AlbumModule.Path}/{sent.Id}", null, player.Credential);
        (await album.SendAsync(player, zip)).Status.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Very_small_files_count_for_the_space_that_a_row_takes()
    {
        await using var album = await StartAsync(("Files:BytesPerAccount", "1048576"));
        var player = await album.NewPersonAsync();
        var zip = new byte[1_048_576 - 8192];
        "PK\u0003\u0004"u8.CopyTo(zip);
        await album.KeepAsync(player, zip);
        await album.KeepAsync(player, Note);
        await album.KeepAsync(player, Note);
        (await album.SendAsync(player, Note)).Status.ShouldBe(HttpStatusCode.Conflict);
    }

    [Theory]
    [InlineData("PNG", "It is no picture.")]
    [InlineData("cut", "It ends too early.")]
    [InlineData("empty", "There is nothing.")]
    public async Task A_bad_file_is_told_as_one(string what, string why)
    {
        var album = Shared;
        var player = await album.NewPersonAsync();
        var file = what switch
        {
            "PNG" => [0x89, .. "PNG\r\n\u001a\n"u8, .. new byte[50]],
            "cut" => Specimens.JpegOfACamera()[..2000],
            _ => Array.Empty<byte>(),
        };

        (await album.SendAsync(player, file)).Status.ShouldBe(HttpStatusCode.BadRequest, why);
        (await album.CountAsync(player)).ShouldBe(0);
    }

    [Theory]
    [InlineData("multipart/form-data", "x")]
    [InlineData("multipart/form-data; boundary=b", "")]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n--b--")]
    [InlineData(
        "multipart/form-data; boundary=b",
        "--b\r\nContent-Disposition: form-data; name=a; filename=f\r\n\r\nb"
    )]
    public async Task A_bad_form_is_told_as_one(string mediaType, string body)
    {
        var album = Shared;
        var player = await album.NewPersonAsync();
        var content = new ByteArrayContent(Encoding.ASCII.GetBytes(body));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(mediaType);

        var answer = await album.Server.SendAsync(HttpMethod.Post, AlbumModule.Path, content, player.Credential);

        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Links_count_after_a_restart_and_files_are_in_it()
    {
        await using var album = await StartAsync();
        var sent = await album.KeepAsync(await album.NewPersonAsync(), Note);

        await album.Server.RestartAsync();

        (await album.OpenAsync(sent.Content)).Must(HttpStatusCode.OK).Bytes.ShouldBe(Note);
    }

    private Task<Album> StartAsync(params (string Name, string? Value)[] settings) => shared.StartAsync(settings);
}

public sealed class KeepingFilesOnSqlite(SqliteAlbum album) : KeepingFiles(album), IClassFixture<SqliteAlbum>;

public sealed class KeepingFilesOnPostgres(PostgresAlbum album) : KeepingFiles(album), IClassFixture<PostgresAlbum>;
