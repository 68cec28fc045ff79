using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Sillage.Hosting.Settings;
using Sillage.Hosting.Tls;
using Sillage.Specifications;
using Xunit;

namespace Sillage.Hosting.Tests.Tls;

public sealed class ServerCertificateTests : IDisposable
{
    private static readonly TimeSpan UntilTheNextLook = TimeSpan.FromSeconds(10);

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private readonly TestAuthority _authority;

    public ServerCertificateTests() => _authority = new TestAuthority(_clock.GetUtcNow());

    [Fact]
    public async Task A_renewed_pair_is_in_use_at_the_next_look_and_half_of_one_is_not()
    {
        Write(_authority.Issue());
        var certificate = Open();
        await certificate.StartAsync(CancellationToken.None);
        var first = certificate.Certificate.Thumbprint;
        certificate.Context.IntermediateCertificates.Count.ShouldBe(1);

        var (chain, key) = _authority.Issue();
        Write((chain, null));
        _clock.Advance(UntilTheNextLook);
        certificate.Certificate.Thumbprint.ShouldBe(first, "the key is not there yet");

        Write((null, key));
        certificate.Certificate.Thumbprint.ShouldBe(first, "too early to look");
        _clock.Advance(UntilTheNextLook);
        certificate.Certificate.Thumbprint.ShouldNotBe(first);
        certificate.Certificate.HasPrivateKey.ShouldBeTrue();
    }

    [Fact]
    public async Task A_link_that_a_renewal_turns_elsewhere_is_followed()
    {
        var (chain, key) = _authority.Issue();
        await File.WriteAllTextAsync(_folder["chain1.pem"], chain);
        await File.WriteAllTextAsync(_folder["key1.pem"], key);
        Link("1");
        var certificate = Open();
        await certificate.StartAsync(CancellationToken.None);
        var first = certificate.Certificate.Thumbprint;

        (chain, key) = _authority.Issue();
        await File.WriteAllTextAsync(_folder["chain2.pem"], chain);
        await File.WriteAllTextAsync(_folder["key2.pem"], key);
        File.SetLastWriteTimeUtc(_folder["chain2.pem"], DateTime.UtcNow.AddMinutes(1));
        Link("2");
        _clock.Advance(UntilTheNextLook);
        certificate.Certificate.Thumbprint.ShouldNotBe(first);
    }

    [Fact]
    public async Task Files_that_are_gone_meanwhile_leave_the_one_before()
    {
        Write(_authority.Issue());
        var certificate = Open();
        await certificate.StartAsync(CancellationToken.None);
        var first = certificate.Certificate.Thumbprint;
        File.Delete(_folder["chain.pem"]);
        _clock.Advance(UntilTheNextLook);

        certificate.Certificate.Thumbprint.ShouldBe(first);
    }

    [Theory]
    [InlineData(null, "key", "there is no file")]
    [InlineData("chain", null, "there is no file")]
    [InlineData("nonsense", "key", "cannot be used")]
    [InlineData("chain", "nonsense", "cannot be used")]
    public async Task What_cannot_be_used_is_told_at_start(string? chain, string? key, string reason)
    {
        var made = _authority.Issue();
        Write((chain == "chain" ? made.Chain : chain, key == "key" ? made.Key : key));

        var refused = await Should.ThrowAsync<SettingsException>(() => Open().StartAsync(CancellationToken.None));
        refused.Message.ShouldContain("Tls:Certificate");
        refused.Message.ShouldContain(reason);
        refused.Message.ShouldNotContain("\n");
    }

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    private ServerCertificate Open() =>
        new(
            Options.Create(new TlsSettings { Certificate = _folder["chain.pem"], Key = _folder["key.pem"] }),
            _clock,
            NullLogger<ServerCertificate>.Instance
        );

    private void Write((string? Chain, string? Key) pair)
    {
        foreach (var (name, text) in new[] { ("chain.pem", pair.Chain), ("key.pem", pair.Key) })
        {
            if (text is not null)
            {
                File.WriteAllText(_folder[name], text);
            }
        }
    }

    private void Link(string number)
    {
        foreach (var name in new[] { "chain", "key" })
        {
            File.Delete(_folder[$"{name}.pem"]);
            File.CreateSymbolicLink(_folder[$"{name}.pem"], _folder[$"{name}{number}.pem"]);
        }
    }
}
