using System.IO.Compression;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Sillage.Api.Access;
using Sillage.Api.Idempotency;
using Sillage.Api.Problems;
using Sillage.Storage;
using Sillage.Traces.Intake;
using Xunit;

namespace Sillage.Traces.Tests.Intake;

/// <summary>A body is the same body in whichever pieces it arrives.</summary>
public sealed class BodyTests
{
    private const int Maximum = 300_000;

    private static readonly ServiceProvider Services = new ServiceCollection()
        .AddSingleton(
            new BodyBudget(
                new BodyRoom(long.MaxValue, long.MaxValue, int.MaxValue, TimeSpan.FromMinutes(5), _ => Guid.Empty)
            )
        )
        .AddSingleton(TimeProvider.System)
        .BuildServiceProvider();

    private static readonly Gen<(byte[] Body, int[] Pieces, string Encoding, bool Announced)> Bodies =
        from size in Gen.Frequency((8, Gen.Choose(0, 5000)), (2, Gen.Choose(60_000, 200_000)))
        from seed in Gen.Choose(0, int.MaxValue - 1)
        from pieces in Gen.Choose(1, 9000).NonEmptyListOf()
        from encoding in Gen.Elements("", "gzip", "br")
        from announced in Gen.Elements(true, false)
        select (BytesOf(size, seed), pieces.ToArray(), encoding, announced);

    [Fact]
    public void Pieces_make_no_difference() =>
        Prop.ForAll(
                Bodies.ToArbitrary(),
                sent =>
                {
                    var (body, form) = Read(sent.Body, sent.Pieces, sent.Encoding, sent.Announced, Maximum);
                    return form == BatchForm.NdJson && body.SequenceEqual(sent.Body);
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void A_body_that_is_too_long_is_413_in_whichever_pieces() =>
        Prop.ForAll(
                Bodies.ToArbitrary(),
                sent =>
                    sent.Body.Length == 0
                    || Should
                        .Throw<ProblemException>(() =>
                            Read(sent.Body, sent.Pieces, sent.Encoding, sent.Announced, sent.Body.Length - 1)
                        )
                        .Problem.Status == 413
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public void A_compressed_body_that_is_cut_short_or_altered_is_400_or_what_it_says(string encoding)
    {
        var whole = BytesOf(3000, 7);
        var packed = Compress(whole, encoding);
        for (var at = 0; at < packed.Length; at += 7)
        {
            var altered = packed.ToArray();
            altered[at] ^= 0x24;
            foreach (var sent in (byte[][])[packed[..at], altered])
            {
                try
                {
                    // What neither format notices is for the parser to look at.
                    ReadPacked(sent, [1000], encoding, announced: true, Maximum);
                }
                catch (ProblemException refused)
                {
                    refused.Problem.Status.ShouldBeOneOf(400, 413);
                }
            }
        }
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public void A_compressed_body_that_is_cut_short_is_refused(string encoding)
    {
        // Lines, as a queue on a client's disk has them: what is cut between two of them would look whole.
        var whole = System.Text.Encoding.UTF8.GetBytes(
            string.Concat(Enumerable.Range(0, 200).Select(i => $"{{\"sequence\":{i}}}\n"))
        );
        var packed = Compress(whole, encoding);
        for (var at = 1; at < packed.Length; at++)
        {
            Should
                .Throw<ProblemException>(
                    () => ReadPacked(packed[..at], [1000], encoding, announced: true, Maximum),
                    $"{at} of {packed.Length}"
                )
                .Problem.Status.ShouldBe(400);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task A_body_under_a_key_is_read_once_and_takes_room_once(string encoding)
    {
        var whole = System.Text.Encoding.UTF8.GetBytes(new string('x', 100_000));
        var packed = Compress(whole, encoding);
        var budget = new BodyBudget(
            new BodyRoom(long.MaxValue, long.MaxValue, int.MaxValue, TimeSpan.FromMinutes(5), _ => Guid.Empty)
        );
        await using var services = new ServiceCollection()
            .AddSingleton(budget)
            .AddSingleton(TimeProvider.System)
            .AddStorage()
            .AddSingleton(provider => new KeptReplyRoom(
                new KeptReplyLimits(long.MaxValue, long.MaxValue, _ => ""),
                provider.GetRequiredService<KeptReplyRows>(),
                TimeProvider.System
            ))
            .BuildServiceProvider();
        var http = new DefaultHttpContext { RequestServices = services };
        http.SetEndpoint(new Endpoint(null, new(new RequestSizeLimitAttribute(Maximum)), null));
        http.Request.ContentType = "application/x-ndjson";
        http.Request.Headers.ContentEncoding = encoding;
        http.Request.Headers[IdempotencyKey.HeaderName] = "one";
        var sent = new Pieces(packed, [5000]);
        http.Request.Body = sent;

        var key = await IdempotencyKey.BindAsync(http);
        sent.Position.ShouldBe(0, "not before the handler lets the caller send");
        var (body, _) = await TraceBody.ReadAsync(http, Maximum, key);
        body.Span.SequenceEqual(whole).ShouldBeTrue();
        sent.Position.ShouldBe(packed.Length);
        budget.Bytes.ShouldBeLessThan(200_000);

        (
            await Should.ThrowAsync<ProblemException>(async () => await TraceBody.ReadAsync(http, 99_999, key))
        ).Problem.Status.ShouldBe(413);
    }

    private static byte[] BytesOf(int size, int seed)
    {
        var body = new byte[size];
        new Random(seed).NextBytes(body);
        return body;
    }

    private static byte[] Compress(byte[] body, string encoding)
    {
        using var packed = new MemoryStream();
        using (
            Stream packing = encoding switch
            {
                "gzip" => new GZipStream(packed, CompressionLevel.Fastest),
                "br" => new BrotliStream(packed, CompressionLevel.Fastest),
                _ => new BufferedStream(packed),
            }
        )
        {
            packing.Write(body);
        }

        return packed.ToArray();
    }

    private static (byte[] Body, BatchForm Form) Read(
        byte[] body,
        int[] pieces,
        string encoding,
        bool announced,
        int maximum
    ) => ReadPacked(Compress(body, encoding), pieces, encoding, announced, maximum);

    private static (byte[] Body, BatchForm Form) ReadPacked(
        byte[] packed,
        int[] pieces,
        string encoding,
        bool announced,
        int maximum
    )
    {
        var http = new DefaultHttpContext { RequestServices = Services };
        http.Request.ContentType = "application/x-ndjson";
        http.Request.Headers.ContentEncoding = encoding;
        http.Request.ContentLength = announced && encoding.Length == 0 ? packed.Length : null;
        http.Request.Body = new Pieces(packed, pieces);
        var (body, form) = TraceBody.ReadAsync(http, maximum).AsTask().GetAwaiter().GetResult();
        return (body.ToArray(), form);
    }

    /// <summary>Gives what it holds in pieces of given lengths, over and over.</summary>
    private sealed class Pieces(byte[] all, int[] lengths) : MemoryStream(all, writable: false)
    {
        private int _next;

        public override int Read(Span<byte> buffer) =>
            base.Read(buffer[..Math.Min(buffer.Length, lengths[_next++ % lengths.Length])]);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct = default) =>
            new(Read(buffer.Span));
    }
}
