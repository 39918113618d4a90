//! `ENCRYPTED PRIVATE KEY`: PKCS#8 under a scheme of RFC 8018 (PBES2, PBES1) or of RFC 7292 (PKCS#12).

use md5::{Digest, Md5};
use pkcs8::der::asn1::{AnyRef, OctetStringRef};
use pkcs8::der::{self, Reader as _, SliceReader};
use pkcs8::pkcs5::{self, pbes2};
use pkcs8::spki::AlgorithmIdentifierRef;
use sha1::Sha1;
use zeroize::Zeroizing;

use super::cbc;
use crate::key::KeyError;
use crate::secret::Secret;

/// Decrypts the structure to the PKCS#8 key in it.
pub(in crate::key) fn decrypt(
    der: &[u8],
    pass_phrase: &Secret,
) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let parts = SliceReader::new(der).and_then(|mut reader| {
        reader.sequence(|reader| {
            let algorithm: AlgorithmIdentifierRef<'_> = reader.decode()?;
            let data: &OctetStringRef = reader.decode()?;
            Ok::<_, der::Error>((algorithm, data))
        })
    });
    let (algorithm, data) = parts.map_err(|_| KeyError::Damaged)?;
    let parameters = algorithm.parameters_any().map_err(|_| KeyError::Damaged)?;
    let (phrase, data) = (pass_phrase.expose(), data.as_bytes());
    match algorithm.oid.to_string().as_str() {
        "1.2.840.113549.1.5.13" => decrypt_pbes2(parameters, phrase, data),
        "1.2.840.113549.1.5.3" => {
            let derived = pbkdf1::<Md5>(phrase, &Salted::read(parameters)?);
            cbc::decrypt::<des::Des>(first(&derived, 0..8), first(&derived, 8..16), data)
        }
        "1.2.840.113549.1.5.10" => {
            let derived = pbkdf1::<Sha1>(phrase, &Salted::read(parameters)?);
            cbc::decrypt::<des::Des>(first(&derived, 0..8), first(&derived, 8..16), data)
        }
        "1.2.840.113549.1.12.1.3" => {
            let salted = Salted::read(parameters)?;
            let (key, iv) = (pkcs12(phrase, &salted, 1, 24), pkcs12(phrase, &salted, 2, 8));
            cbc::decrypt::<des::TdesEde3>(&key, &iv, data)
        }
        "1.2.840.113549.1.12.1.4" => {
            let salted = Salted::read(parameters)?;
            let (key, iv) = (pkcs12(phrase, &salted, 1, 16), pkcs12(phrase, &salted, 2, 8));
            cbc::decrypt::<des::TdesEde2>(&key, &iv, data)
        }
        other => Err(KeyError::EncryptionUnknown { scheme: format!("scheme {other}") }),
    }
}

fn decrypt_pbes2(
    parameters: AnyRef<'_>,
    phrase: &str,
    data: &[u8],
) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let unknown =
        || KeyError::EncryptionUnknown { scheme: "an unknown variant of PBES2".to_owned() };
    let scheme: pbes2::Parameters = parameters.decode_as().map_err(|_| unknown())?;
    match &scheme.kdf {
        pbes2::Kdf::Pbkdf2(kdf) => check_iterations(u64::from(kdf.iteration_count))?,
        pbes2::Kdf::Scrypt(kdf) => check_scrypt(kdf)?,
        _ => return Err(unknown()),
    }
    let mut buffer = Zeroizing::new(data.to_vec());
    let length = scheme
        .decrypt_in_place(phrase, &mut buffer)
        .map_err(|error| match error {
            pkcs5::Error::DecryptFailed => KeyError::PassPhraseWrong,
            _ => unknown(),
        })?
        .len();
    buffer.truncate(length);
    Ok(buffer)
}

fn check_iterations(iterations: u64) -> Result<(), KeyError> {
    if iterations > MAX_ITERATIONS {
        let asked = format!("{iterations} iterations");
        return Err(KeyError::EncryptionCost { asked, limit: "5000000" });
    }
    Ok(())
}

/// The numbers of RFC 7914: N must be a power of two; 128 N r bytes are needed, and p times as much work.
fn check_scrypt(kdf: &pbes2::ScryptParams) -> Result<(), KeyError> {
    let (n, r, p) = (kdf.cost_parameter, u64::from(kdf.block_size), u64::from(kdf.parallelization));
    if n < 2 || !n.is_power_of_two() || r == 0 || p == 0 {
        return Err(KeyError::Damaged);
    }
    let bytes = n.checked_mul(r).and_then(|blocks| blocks.checked_mul(128));
    let work = bytes.and_then(|bytes| bytes.checked_mul(p));
    if work.is_none_or(|work| work > MAX_SCRYPT_BYTES) {
        let asked = format!("scrypt with N={n}, r={r}, p={p}");
        return Err(KeyError::EncryptionCost { asked, limit: "128*N*r*p of 256 MiB" });
    }
    Ok(())
}

/// The parameters of PBES1 and of PKCS#12: a salt and how often to hash.
struct Salted<'d> {
    salt: &'d [u8],
    iterations: u32,
}

impl<'d> Salted<'d> {
    fn read(parameters: AnyRef<'d>) -> Result<Self, KeyError> {
        let read = parameters.sequence(|reader| {
            let salt: &OctetStringRef = reader.decode()?;
            let iterations: u32 = reader.decode()?;
            Ok::<_, der::Error>(Self { salt: salt.as_bytes(), iterations })
        });
        let salted = read.map_err(|_| KeyError::Damaged)?;
        check_iterations(u64::from(salted.iterations))?;
        Ok(salted)
    }
}

/// RFC 8018 section 5.1, and the division of its result into key and initialisation vector of section 6.1.
fn pbkdf1<D: Digest>(phrase: &str, salted: &Salted<'_>) -> Zeroizing<Vec<u8>> {
    let first = D::new().chain_update(phrase).chain_update(salted.salt).finalize();
    let mut hash = Zeroizing::new(first.to_vec());
    for _ in 1..salted.iterations {
        let next = D::digest(&*hash);
        hash.copy_from_slice(&next);
    }
    hash
}

/// RFC 7292 appendix B.2 with SHA-1, for outputs of up to two hashes; `id` is 1 for a key and 2 for an initialisation vector.
fn pkcs12(phrase: &str, salted: &Salted<'_>, id: u8, length: usize) -> Zeroizing<Vec<u8>> {
    /// The block size of SHA-1, called v there.
    const BLOCK: usize = 64;
    // The pass phrase is UTF-16 in network order with a final zero.
    let utf16: Zeroizing<Vec<u8>> =
        Zeroizing::new(phrase.encode_utf16().chain([0]).flat_map(u16::to_be_bytes).collect());
    let fill = |text: &[u8]| -> Vec<u8> {
        let length = text.len().div_ceil(BLOCK) * BLOCK;
        text.iter().copied().cycle().take(length).collect()
    };
    let mut input = Zeroizing::new([fill(salted.salt), fill(&utf16)].concat());
    let mut output = Zeroizing::new(Vec::with_capacity(length + 20));
    while output.len() < length {
        let mut hash = Sha1::new().chain_update([id; BLOCK]).chain_update(&*input).finalize();
        for _ in 1..salted.iterations {
            hash = Sha1::digest(hash);
        }
        output.extend_from_slice(&hash);
        // Each block of the input grows by the hash, repeated to a block, and one, modulo 2^512.
        let addend: Vec<u8> = hash.iter().copied().cycle().take(BLOCK).collect();
        for block in input.chunks_mut(BLOCK) {
            let mut carry = 1;
            for (byte, add) in block.iter_mut().zip(&addend).rev() {
                let sum = u16::from(*byte) + u16::from(*add) + carry;
                let [high, low] = sum.to_be_bytes();
                (*byte, carry) = (low, u16::from(high));
            }
        }
    }
    output.truncate(length);
    output
}

/// A part of a hash, which is longer than what is asked for.
fn first(hash: &[u8], range: std::ops::Range<usize>) -> &[u8] {
    hash.get(range).unwrap_or_default()
}

/// OpenSSL writes 2048, careful people a million; five million take seconds.
const MAX_ITERATIONS: u64 = 5_000_000;

/// OpenSSL writes N=16384, r=8, p=1, which is 16 MiB; the bound keeps a hostile file from taking the memory of a machine.
const MAX_SCRYPT_BYTES: u64 = 256 << 20;
