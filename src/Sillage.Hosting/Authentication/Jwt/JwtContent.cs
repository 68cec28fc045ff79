using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Sillage.Api.Formats;

namespace Sillage.Hosting.Authentication.Jwt;

/// <summary>The JSON inside a token: the header and the claims.</summary>
internal static class JwtContent
{
    // Years 1 to 9999, so that what an issuer calls a time is one.
    private const long EarliestSecond = -62_135_596_800;
    private const long LatestSecond = 253_402_300_799;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    public static byte[] WriteHeader(string type, string kid) =>
        Write(writer =>
        {
            writer.WriteString("alg"u8, JwtCodec.Algorithm);
            writer.WriteString("typ"u8, type);
            writer.WriteString("kid"u8, kid);
        });

    public static byte[] WriteClaims(JwtClaims claims) =>
        Write(writer =>
        {
            writer.WriteString("iss"u8, claims.Issuer);
            writer.WriteString("aud"u8, claims.Audience);
            writer.WriteString("sub"u8, claims.Subject);
            writer.WriteNumber("iat"u8, claims.IssuedAt.ToUnixTimeSeconds());
            if (claims.NotBefore is { } notBefore)
            {
                writer.WriteNumber("nbf"u8, notBefore.ToUnixTimeSeconds());
            }

            writer.WriteNumber("exp"u8, claims.ExpiresAt.ToUnixTimeSeconds());
            if (claims.Id is { } id)
            {
                writer.WriteString("jti"u8, id);
            }

            foreach (var (name, value) in claims.Additional)
            {
                writer.WriteString(name, value);
            }
        });

    public static bool TryReadHeader(
        ReadOnlyMemory<byte> json,
        out string? algorithm,
        out string? type,
        out string? kid
    )
    {
        (algorithm, type, kid) = (null, null, null);
        if (!TryParse(json, out var document))
        {
            return false;
        }

        using (document)
        {
            var header = document.RootElement;
            // RFC 7515 section 4.1.11: an extension that must be understood, and none is.
            if (header.TryGetProperty("crit"u8, out _))
            {
                return false;
            }

            algorithm = Text(header, "alg"u8);
            type = Text(header, "typ"u8);
            kid = Text(header, "kid"u8);
            return true;
        }
    }

    public static bool TryReadClaims(
        ReadOnlyMemory<byte> json,
        string expectedAudience,
        [NotNullWhen(true)] out JwtClaims? claims
    )
    {
        claims = null;
        if (!TryParse(json, out var document))
        {
            return false;
        }

        using (document)
        {
            var root = document.RootElement;
            if (
                Text(root, "iss"u8) is not { } issuer
                || Audience(root, expectedAudience) is not { } audience
                || Text(root, "sub"u8) is not { } subject
                || !TryTime(root, "iat"u8, out var issuedAt)
                || issuedAt is null
                || !TryTime(root, "exp"u8, out var expiresAt)
                || expiresAt is null
                || !TryTime(root, "nbf"u8, out var notBefore)
            )
            {
                return false;
            }

            claims = new JwtClaims
            {
                Issuer = issuer,
                Audience = audience,
                Subject = subject,
                IssuedAt = issuedAt.Value,
                ExpiresAt = expiresAt.Value,
                NotBefore = notBefore,
                Id = Text(root, "jti"u8),
                Additional = Additional(root),
            };
            return true;
        }
    }

    private static Dictionary<string, string> Additional(JsonElement root)
    {
        var claims = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in root.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.String && member.Name is not ("iss" or "aud" or "sub" or "jti"))
            {
                claims[member.Name] = member.Value.GetString()!;
            }
        }

        return claims;
    }

    // RFC 7519 section 4.1.3: one string, or several of which one has to be ours.
    private static string? Audience(JsonElement root, string expected)
    {
        if (!root.TryGetProperty("aud"u8, out var audience) || audience.ValueKind != JsonValueKind.Array)
        {
            return Text(root, "aud"u8);
        }

        return audience
            .EnumerateArray()
            .Where(a => a.ValueKind == JsonValueKind.String)
            .Select(a => a.GetString())
            .OrderByDescending(a => a == expected)
            .FirstOrDefault();
    }

    private static string? Text(JsonElement root, ReadOnlySpan<byte> name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool TryTime(JsonElement root, ReadOnlySpan<byte> name, out DateTimeOffset? time)
    {
        time = null;
        if (!root.TryGetProperty(name, out var value))
        {
            return true;
        }

        // RFC 7519 section 2: a NumericDate may have a fraction.
        if (
            value.ValueKind != JsonValueKind.Number
            || !value.TryGetDouble(out var seconds)
            || seconds is not (>= EarliestSecond and <= LatestSecond)
        )
        {
            return false;
        }

        time = DateTimeOffset.FromUnixTimeSeconds((long)Math.Floor(seconds));
        return true;
    }

    private static bool TryParse(ReadOnlyMemory<byte> json, [NotNullWhen(true)] out JsonDocument? document)
    {
        document = null;
        try
        {
            var parsed = JsonDocument.Parse(json, Strict);
            if (parsed.RootElement.ValueKind == JsonValueKind.Object && HasSoundText(json.Span))
            {
                document = parsed;
                return true;
            }

            parsed.Dispose();
            return false;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // Invalid UTF-8 and lone surrogates would only show when a string is taken, as an exception.
    private static bool HasSoundText(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
            {
                try
                {
                    _ = reader.GetString();
                }
                catch (InvalidOperationException)
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static byte[] Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = Json.Options.Encoder }))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
