using OtpNet;

namespace Sillage.EndToEnd.Tests.Kit;

/// <summary>The app with an account's second factor, and its recovery codes.</summary>
internal sealed class Authenticator
{
    private readonly Queue<string> _recovery;

    private Authenticator(IEnumerable<string> recovery) => _recovery = new(recovery);

    /// <summary>Sets up the second factor of whoever is logged in.</summary>
    public static async Task<Authenticator> SetUpAsync(ApiClient api)
    {
        var begun = await api.PostAsync("/api/v1/me/second-factor", new { });
        var app = new Totp(Base32Encoding.ToBytes(begun.GetProperty("secret").GetString()));
        var code = app.ComputeTotp(TimeProvider.System.GetUtcNow().UtcDateTime);
        var confirmed = await api.PostAsync("/api/v1/me/second-factor/confirmation", new { code });
        return new(confirmed.GetProperty("codes").EnumerateArray().Select(one => one.GetString()!));
    }

    /// <summary>A code that was not used: a test does not wait for the app to show the next.</summary>
    public string NextCode() => _recovery.Dequeue();
}
