using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Sillage.Api.Access;
using Sillage.Api.Replies;
using Sillage.Storage;

namespace Sillage.Files;

/// <summary>
/// Makes the links to the files of a module, and reads them: a link holds whose it is, by which credential he asked and until when, sealed with
/// AES-256-GCM under a secret of the module, so that whoever has the link sees none of it and changes none of it. All processes of a module
/// have the same secret, as they have the same database.
/// </summary>
/// <typeparam name="TModule">The marker of the module's tables.</typeparam>
public sealed class FileLinks<TModule>(
    IDatabase<TModule> database,
    IOptions<FilesOptions> options,
    FilePlace<TModule> place,
    TimeProvider clock
) : IDisposable
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int FixedBytes = 1 + 16 + 1 + 16 + 16 + 8;
    private const int LongestBasis = 128;

    private const string Find = "SELECT secret FROM file_secret WHERE id = 1";

    private const string Insert = "INSERT INTO file_secret (id, secret) VALUES (1, @Secret) ON CONFLICT DO NOTHING";

    private AesGcm? _seal;

    /// <summary>A file as a caller sees it, with links that count for him.</summary>
    public async ValueTask<StoredFile> ShowAsync(FileRow row, Caller caller, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(row);
        ArgumentNullException.ThrowIfNull(caller);
        var seal = await SealAsync(ct);
        var file = place.Describe(row);
        var content = $"{file.Links["self"]}/content?token=";
        file.Links["content"] = content + Write(seal, row, FilePart.Content, caller);
        if (row.Thumbnail)
        {
            file.Links["thumbnail"] = content + Write(seal, row, FilePart.Thumbnail, caller);
        }

        return file;
    }

    /// <summary>What a link says; null if it is none of ours, of another file, or its time is over.</summary>
    internal async ValueTask<FileTicket?> ReadAsync(Guid file, string token, CancellationToken ct)
    {
        var seal = await SealAsync(ct);
        return Read(seal, file, token);
    }

    /// <inheritdoc />
    public void Dispose() => _seal?.Dispose();

    private string Write(AesGcm seal, FileRow row, FilePart part, Caller caller)
    {
        Span<byte> basis = stackalloc byte[LongestBasis];
        var basisBytes = Encoding.UTF8.GetBytes(caller.Basis ?? "", basis);
        Span<byte> plain = stackalloc byte[FixedBytes + basisBytes];
        plain[0] = (byte)part;
        row.Id.TryWriteBytes(plain[1..]);
        plain[17] = (byte)caller.Kind;
        caller.Id.TryWriteBytes(plain[18..]);
        (caller.CredentialId ?? Guid.Empty).TryWriteBytes(plain[34..]);
        var until = clock.GetUtcNow() + options.Value.LinkLifetime;
        BinaryPrimitives.WriteInt64BigEndian(plain[50..], until.ToUnixTimeMilliseconds());
        basis[..basisBytes].CopyTo(plain[FixedBytes..]);

        Span<byte> token = stackalloc byte[NonceBytes + plain.Length + TagBytes];
        RandomNumberGenerator.Fill(token[..NonceBytes]);
        seal.Encrypt(
            token[..NonceBytes],
            plain,
            token.Slice(NonceBytes, plain.Length),
            token[(NonceBytes + plain.Length)..]
        );
        return Base64Url.EncodeToString(token);
    }

    private FileTicket? Read(AesGcm seal, Guid file, string token)
    {
        Span<byte> bytes = stackalloc byte[NonceBytes + FixedBytes + LongestBasis + TagBytes];
        if (
            token.Length > Base64Url.GetEncodedLength(bytes.Length)
            || Base64Url.DecodeFromChars(token, bytes, out _, out var length) != OperationStatus.Done
            || length < NonceBytes + FixedBytes + TagBytes
        )
        {
            return null;
        }

        Span<byte> plain = stackalloc byte[length - NonceBytes - TagBytes];
        try
        {
            seal.Decrypt(
                bytes[..NonceBytes],
                bytes.Slice(NonceBytes, plain.Length),
                bytes.Slice(NonceBytes + plain.Length, TagBytes),
                plain
            );
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }

        var until = DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(plain[50..]));
        if (new Guid(plain[1..17]) != file || until <= clock.GetUtcNow())
        {
            return null;
        }

        var credential = new Guid(plain[34..50]);
        var basis = Encoding.UTF8.GetString(plain[FixedBytes..]);
        var caller = new Caller(
            new Guid(plain[18..34]),
            "",
            "",
            new HashSet<string>(),
            (CredentialKind)plain[17],
            credential == Guid.Empty ? null : credential
        )
        {
            Basis = basis.Length == 0 ? null : basis,
        };
        return new FileTicket((FilePart)plain[0], caller, until);
    }

    private async ValueTask<AesGcm> SealAsync(CancellationToken ct)
    {
        if (Volatile.Read(ref _seal) is { } known)
        {
            return known;
        }

        var secret = await database.ReadAsync(reader => reader.FirstOrDefaultAsync<byte[]>(Find, null, ct), ct);
        if (secret is null)
        {
            var fresh = RandomNumberGenerator.GetBytes(32);
            secret = await database.WriteAsync(
                async unit =>
                {
                    // Another process may have been first.
                    await unit.ExecuteAsync(Insert, new { Secret = fresh }, ct);
                    return await unit.FirstOrDefaultAsync<byte[]>(Find, null, ct);
                },
                ct
            );
        }

        var made = new AesGcm(secret!, TagBytes);
        if (Interlocked.CompareExchange(ref _seal, made, null) is { } first)
        {
            made.Dispose();
            return first;
        }

        return made;
    }
}

/// <summary>What a link says.</summary>
/// <param name="Part">What of the file it is for.</param>
/// <param name="Caller">Who asked for it: the account and the credential, and no rights.</param>
/// <param name="Until">When its time is over.</param>
internal sealed record FileTicket(FilePart Part, Caller Caller, DateTimeOffset Until);

/// <summary>Where the routes of a module's files are.</summary>
/// <param name="Path">As in <c>/api/v1/messaging/files</c>.</param>
public sealed record FilePlace<TModule>(string Path)
{
    /// <summary>A file as everybody may see it who reads what it is attached to: its link leads to the entry, and from there to the content.</summary>
    public StoredFile Describe(FileRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return new StoredFile(
            row.Id,
            row.Name,
            row.MediaType,
            row.Size,
            row.Width,
            row.Height,
            row.CreatedAt,
            new Links($"{Path}/{row.Id}")
        );
    }
}
